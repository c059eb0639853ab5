"""The slots of a worker: each takes one run after the other, and keeps a process to start them."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from midspan.pipelines.records import write_result
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.serving import Served
from midspan.pipelines.sweep.standing import INFRA, Standing, looked_again
from midspan.pipelines.sweep.worker.claims import claimed
from midspan.pipelines.sweep.worker.events import Event, RunBegun, RunEnded, Told
from midspan.pipelines.sweep.worker.keepers import Keeper
from midspan.pipelines.sweep.worker.launching import Launcher
from midspan.pipelines.sweep.worker.publishing import publish_run
from midspan.pipelines.sweep.worker.schedule import Due, Schedule

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
            self._errors.append(error)
            schedule.stop()

    def _turn(
        self, due: Due, keeper: Keeper, schedule: Schedule, launcher: Launcher, served: Served
    ) -> None:
        run = due.run
        pause: float | None = None
        tried = due.tried
        with claimed(self.folder.claim_of(run.run_id)) as ours:
            if not ours:
                schedule.again(due, after=ELSEWHERE_SECONDS, tried=tried)
                return
            standing = looked_again(self.known[run.run_id], *self._spools())
            if standing.state != "done":
                pause, tried = self._launch(due, standing.launch, keeper, launcher, served)
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
        launched = launcher.launch(run, launch, served, keeper)
        with explained(self.folder.spool):
            write_result(self.folder.spool, launched.record)
        if self.publish_to is not None:
            publish_run(self.folder, self.publish_to, run.run_id, launch)
        pause = None
        if launched.record.ended_by in INFRA and not launcher.stopping.begin_nothing:
            pause = self.tries.pause(due.tried + 1)
        self.tell(
            RunEnded(
                run=run, record=launched.record, problem=launched.problem, again=pause is not None
            )
        )
        if launched.remark is not None and launched.remark not in self._remarks:
            self._remarks.add(launched.remark)
            self.tell(Told(text=launched.remark))
        return pause, due.tried + 1

    def _spools(self) -> list[Path]:
        others = [self.publish_to.spool] if self.publish_to is not None else []
        return [self.folder.spool, *others]
