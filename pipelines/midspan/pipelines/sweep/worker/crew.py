"""The slots of a worker: each takes one run after the other, and keeps a process to start them."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from midspan.instrumentation.encoding import clean
from midspan.pipelines.records import ResultRecord, write_result
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.serving import Served
from midspan.pipelines.sweep.standing import INFRA, Standing, looked_again
from midspan.pipelines.sweep.worker.claims import claimed
from midspan.pipelines.sweep.worker.events import Event, RunBegun, RunEnded, Told
from midspan.pipelines.sweep.worker.keepers import Keeper
from midspan.pipelines.sweep.worker.launching import Launched, Launcher
from midspan.pipelines.sweep.worker.lost import record_lost_launches
from midspan.pipelines.sweep.worker.publishing import publish_run
from midspan.pipelines.sweep.worker.schedule import Due, Schedule
from midspan.scorers.errors import MidspanError

ELSEWHERE_SECONDS: Final = 1.0
"""Until a run that another worker is at is looked at again."""


@dataclass(frozen=True, kw_only=True)
class Tries:
    """How often a run is launched whose launch came to nothing, and the pauses between."""

    launches: int = 3
    pauses: Sequence[float] = (1.0, 10.0)

    def pause(self, tried: int) -> float | None:
        """Return how long to wait after so many launches; None: it is not launched again."""
        if tried >= self.launches:
            return None
        return self.pauses[min(tried, len(self.pauses)) - 1]


@dataclass(kw_only=True)
class Crew:
    """Threads that share a schedule."""

    folder: SweepFolder
    publish_to: SweepFolder | None
    known: Mapping[str, Standing]
    tries: Tries
    keepers: Sequence[Keeper]
    tell: Callable[[Event], None]
    _errors: list[BaseException] = field(default_factory=list)
    _remarks: set[str] = field(default_factory=set)

    def go_through(
        self, schedule: Schedule, launcher: Launcher, served: Mapping[str, Served]
    ) -> None:
        """Return once all runs are over, or none may begin any more; raise what hinders all."""
        slots = [
            threading.Thread(
                target=self._slot, args=(keeper, schedule, launcher, served), daemon=True
            )
            for keeper in self.keepers
        ]
        for slot in slots:
            slot.start()
        try:
            for slot in slots:
                slot.join()
        except BaseException:
            # Ctrl-C, where nobody has said what it is to do here: nothing is left running.
            launcher.stopping.stop(at_once=True)
            for slot in slots:
                slot.join()
            raise
        if self._errors:
            raise self._errors[0]

    def _slot(
        self,
        keeper: Keeper,
        schedule: Schedule,
        launcher: Launcher,
        served: Mapping[str, Served],
    ) -> None:
        try:
            while (due := schedule.take()) is not None:
                server = served[due.run.model.name]
                if not server.alive():
                    # It is started again, with the runs that are left.
                    schedule.over()
                    schedule.stop()
                    return
                self._turn(due, keeper, schedule, launcher, server)
        except BaseException as error:
            # A disk that is full, say: no run has its record from here on.
            self._errors.append(error)
            schedule.stop()

    def _turn(
        self, due: Due, keeper: Keeper, schedule: Schedule, launcher: Launcher, served: Served
    ) -> None:
        run = due.run
        pause: float | None = None
        tried = due.tried
        try:
            with claimed(self.folder.claim_of(run.run_id)) as ours:
                if not ours:
                    schedule.again(due, after=ELSEWHERE_SECONDS, tried=tried)
                    return
                standing = looked_again(self.known[run.run_id], *self._spools())
                if standing.state != "done":
                    record_lost_launches(run.run_id, standing.launch, self.folder, self.publish_to)
                    pause, tried = self._launch(due, standing.launch, keeper, launcher, served)
        except (MidspanError, OSError):
            raise
        except Exception as error:
            # The others go on; this one stays as it is, for the same command to begin anew.
            self._say(f"run {run.run_id} came to nothing: {type(error).__name__}: {error}")
        if pause is None:
            schedule.over()
        else:
            schedule.again(due, after=pause, tried=tried)

    def _launch(
        self, due: Due, launch: int, keeper: Keeper, launcher: Launcher, served: Served
    ) -> tuple[float | None, int]:
        """Return after which pause the run is launched again, if it is, and how often it was."""
        run = due.run
        self.tell(RunBegun(run=run, launch=launch))
        launched = self._recorded(launcher.launch(run, launch, served, keeper))
        if self.publish_to is not None:
            for line in publish_run(self.folder, self.publish_to, run.run_id, launch):
                self._say(line)
        pause = None
        if launched.record.ended_by in INFRA and not launcher.stopping.begin_nothing:
            pause = self.tries.pause(due.tried + 1)
        self.tell(
            RunEnded(
                run=run, record=launched.record, problem=launched.problem, again=pause is not None
            )
        )
        for remark in launched.remarks:
            if remark not in self._remarks:
                self._remarks.add(remark)
                self._say(remark)
        return pause, due.tried + 1

    def _recorded(self, launched: Launched) -> Launched:
        """Write the record; where that cannot be, one that says why, and how much it lacks."""
        record = launched.record
        with explained(self.folder.spool):
            try:
                write_result(self.folder.spool, record)
                return launched
            except OSError:
                raise
            except Exception as error:
                why = f"its record cannot be written: {type(error).__name__}: {error}"
                bare = ResultRecord(run_id=record.run_id, launch=record.launch, ended_by="platform")
                write_result(self.folder.spool, bare)
                return Launched(record=bare, problem=clean(why), remarks=launched.remarks)

    def _say(self, line: str) -> None:
        self.tell(Told(text=line))

    def _spools(self) -> list[Path]:
        others = [self.publish_to.spool] if self.publish_to is not None else []
        return [self.folder.spool, *others]
