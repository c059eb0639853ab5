"""One launch of one run: from an empty room to its record."""

import secrets
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from midspan.instrumentation import RunContext
from midspan.instrumentation.encoding import clean
from midspan.pipelines.checks import run_checks
from midspan.pipelines.records import HarnessRecord, ResultRecord
from midspan.pipelines.storage.plain import append_plain
from midspan.pipelines.sweep.harnesses import Driver, Program, Seat
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.places import Room, Rooms
from midspan.pipelines.sweep.places.removal import remove_folder
from midspan.pipelines.sweep.plan import SweepRun
from midspan.pipelines.sweep.serving import Served
from midspan.pipelines.sweep.worker.budgets import LOOK_SECONDS, exceeded, is_watched
from midspan.pipelines.sweep.worker.endings import Findings, record_of
from midspan.pipelines.sweep.worker.keepers import Keeper
from midspan.pipelines.sweep.worker.orders import order_of
from midspan.pipelines.sweep.worker.prices import Prices
from midspan.pipelines.sweep.worker.proxies import Proxies, ProxyGoneError, Upstream
from midspan.pipelines.sweep.worker.sampling import sampling_of
from midspan.pipelines.sweep.worker.segments import close_segments
from midspan.pipelines.sweep.worker.stopping import Stopping
from midspan.pipelines.sweep.worker.usage import Meter
from midspan.pipelines.sweep.worker.words import last_words, words_of
from midspan.scorers.errors import MidspanError, SurroundingsError
from midspan.scorers.profile.prices import Price

GRACE_SECONDS: Final = 5.0
"""Between asking an agent to end and killing it."""

_CONTEXT: Final = (
    *("run_id", "experiment", "task", "model", "revision", "tier", "trial", "harness"),
)


@dataclass(frozen=True, kw_only=True)
class Launched:
    """The record of a launch, before it is written."""

    record: ResultRecord
    problem: str | None = None
    remarks: tuple[str, ...] = ()
    """What a person should know once."""


@dataclass(frozen=True, kw_only=True)
class Launcher:
    """What the launches of a worker share."""

    folder: SweepFolder
    rooms: Rooms
    drivers: Mapping[str, Driver]
    identities: Mapping[str, HarnessRecord]
    """Drivers and identities by name of the harness."""
    proxies: Proxies
    prices: tuple[Price, ...]
    stopping: Stopping
    scratch: Path
    grace: float = GRACE_SECONDS
    keep_rooms: bool = False
    clock: Callable[[], int] = time.time_ns

    def launch(self, run: SweepRun, launch: int, served: Served, keeper: Keeper) -> Launched:
        """Return how a launch ended, with its spool file closed and its room removed."""
        return _Launch(self, run, launch, served, keeper).made()


class _Launch:
    """One launch, while it goes on."""

    def __init__(
        self, shared: Launcher, run: SweepRun, launch: int, served: Served, keeper: Keeper
    ) -> None:
        self.shared, self.run, self.launch = shared, run, launch
        self.served, self.keeper = served, keeper
        self.harness = run.harness_name
        self.driver = shared.drivers[self.harness]
        self.sampling = sampling_of(run)
        self.context = RunContext(
            **{name: getattr(run.planned, name) for name in _CONTEXT}, launch=launch
        )
        prices = Prices(prices=shared.prices, model=run.planned.model)
        stem = f"{run.run_id}-{launch}"
        self.meter = Meter(spool=shared.folder.spool, stem=stem, prices=prices)
        self.found = Findings(started_ns=shared.clock())
        self.remarks: list[str] = []
        self.left_alone = False

    def made(self) -> Launched:
        """Carry the launch out; whatever breaks in it, it ends with a record."""
        found = self.found
        try:
            self._in_a_room()
        except Exception as error:
            known = isinstance(error, MidspanError)
            self._failed(str(error) if known else f"{type(error).__name__}: {error}")
        try:
            close_segments(self.shared.folder.spool, self.run.run_id, self.launch)
            found.used = self.meter.look()
            failed = found.report.code != 0 or found.said.failed is not None
            if self.left_alone and (failed or self.meter.last_call_failed):
                found.problem = found.problem or self._unserved()
        except Exception as error:
            self._note(f"its spans cannot be counted: {type(error).__name__}: {error}")
        record = record_of(
            self.run,
            self.launch,
            found,
            identity=self.shared.identities[self.harness],
            sampling=self.sampling,
            serve=self.served.record,
            hardware=self.served.hardware,
            now_ns=self.shared.clock(),
        )
        if (why := found.report.unforked) is not None:
            self.remarks.append(f"{self.harness} is started anew for each run: {why}")
        return Launched(record=record, problem=found.problem, remarks=tuple(self.remarks))

    def _in_a_room(self) -> None:
        found, rooms, suite = self.found, self.shared.rooms, self.shared.folder.suite_file
        if not suite.is_file():
            raise SurroundingsError(f"{suite} is gone: an agent may have removed it")
        room = rooms.make(self.run, self.launch, keep_earlier=self.shared.keep_rooms)
        try:
            self._with_proxy(room)
            if found.report.by != "not_started":
                found.checks = run_checks(
                    self.run.task.checks, answer=found.said.answer, directory=room.directory
                )
        finally:
            if not self.shared.keep_rooms:
                self._without(room)

    def _without(self, room: Room) -> None:
        """Remove the room; one that stays says nothing of how the run ended."""
        try:
            self.shared.rooms.remove(room)
        except Exception as error:
            self.remarks.append(f"{room.folder} cannot be removed: {type(error).__name__}: {error}")

    def _with_proxy(self, room: Room) -> None:
        base_url = self.served.base_url
        if base_url is None:
            self._started(room, None, "")
            return
        upstream = Upstream(
            endpoint=base_url,
            key_env=self.run.model.key_env,
            resource=self.served.resource_attributes(),
        )
        token = secrets.token_urlsafe(18)
        record = self.run.harness.instrument != "auto"
        proxy = self.shared.proxies.begun(
            upstream, self.context, sampling=self.sampling, token=token, record=record
        )
        watch = self.served.gpu.watch()
        try:
            self._started(room, proxy.base_url(self.run.run_id), token)
        finally:
            # Also where the program could not be started: the proxy is to forget the run.
            used = watch.finished()
            told: dict[str, Any] = dict(used.as_dict()) if used is not None else {}
            if (failed := self.found.said.failed) is not None:
                told["failure"] = {"type": "agent_failed", "message": failed}
            try:
                self.found.written = proxy.end(self.run.run_id, told)
            except ProxyGoneError as error:
                self._failed(str(error))

    def _started(self, room: Room, base_url: str | None, token: str) -> None:
        folder, budget = self.shared.folder, self.run.task.budget
        sessions = folder.sessions_of(self.run.run_id, self.launch).absolute()
        remove_folder(sessions)
        sessions.mkdir(parents=True)
        resource = self.served.resource_attributes()
        seat = Seat(
            run=self.run,
            room=room,
            base_url=base_url,
            api_key=token,
            environment={
                **room.environment,
                **self.context.environment(),
                **({"OTEL_RESOURCE_ATTRIBUTES": resource} if resource else {}),
            },
            sessions=sessions,
            spool=folder.spool.absolute(),
            max_turns=budget.turns,
            retries=budget.retries,
            sampling=self.sampling,
        )
        try:
            self._supervised(seat, self.driver.program(seat))
        finally:
            with suppress(OSError):
                sessions.rmdir()  # where the agent has left none

    def _supervised(self, seat: Seat, program: Program) -> None:
        order = order_of(
            program, seat, log=self._log(), grace=self.shared.grace, scratch=self.shared.scratch
        )
        self.found.started_ns = self.shared.clock()
        report = self.keeper.carry_out(order, look=self._look, every=LOOK_SECONDS)
        self.found.report, self.found.ended_ns = report, self.shared.clock()
        if report.by == "killed":
            self._note(str(report.problem))
            self.remarks.append(f"{self.harness} has failed: {report.problem}")
        elif report.problem is not None:
            self._failed(report.problem)
        if report.by not in ("not_started", "lost", "killed"):
            stdout, stderr = Path(order.stdout), Path(order.stderr)
            self.found.said = words_of(self.driver, seat, stdout, stderr, note=self._note)
            self.found.last_words = last_words(report.code, stdout, stderr)
            # The agent may have seen the end of its model before we did.
            self.left_alone = report.by == "exit" and not self.served.alive()

    def _look(self) -> bool:
        """Return whether the agent is to be stopped, and note why."""
        found, budget = self.found, self.run.task.budget
        if self.shared.stopping.end_all:
            found.problem = "the sweep was stopped"
        elif not self.served.alive():
            found.problem = self._unserved()
        elif is_watched(budget):
            found.passed = exceeded(budget, self.meter.look())
        return found.problem is not None or found.passed is not None

    def _unserved(self) -> str:
        return self.served.failure() or "the model's server has ended"

    def _failed(self, why: str) -> None:
        """Keep why the launch failed, also where what the agent printed would stand."""
        self.found.problem = why
        self._note(why)

    def _note(self, line: str) -> None:
        with suppress(OSError):
            append_plain(self._log(), clean(f"midspan: {line}\n").encode())

    def _log(self) -> Path:
        return self.shared.folder.log_of(self.run.run_id, self.launch)
