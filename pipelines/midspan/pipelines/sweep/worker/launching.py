"""One launch of one run: from an empty room to its record."""

import secrets
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from midspan.instrumentation import RunContext
from midspan.pipelines.checks import run_checks
from midspan.pipelines.records import HarnessRecord, ResultRecord
from midspan.pipelines.sweep.harnesses import Driver, Program, Said, Seat
from midspan.pipelines.sweep.keeper.messages import Order
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.places import Room, Rooms
from midspan.pipelines.sweep.plan import SweepRun
from midspan.pipelines.sweep.serving import Served
from midspan.pipelines.sweep.worker.budgets import LOOK_SECONDS, exceeded, is_watched
from midspan.pipelines.sweep.worker.endings import Findings, record_of
from midspan.pipelines.sweep.worker.keepers import Keeper
from midspan.pipelines.sweep.worker.prices import Prices
from midspan.pipelines.sweep.worker.proxies import Proxies, ProxyGoneError, Upstream
from midspan.pipelines.sweep.worker.sampling import sampling_of
from midspan.pipelines.sweep.worker.segments import close_segments
from midspan.pipelines.sweep.worker.stopping import Stopping
from midspan.pipelines.sweep.worker.usage import Meter
from midspan.scorers.errors import MidspanError
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
    remark: str | None = None
    """Something that a person should know once."""


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
        self.harness = (run.planned.harness or "").partition("@")[0]
        self.driver = shared.drivers[self.harness]
        self.sampling = sampling_of(run)
        self.context = RunContext(
            **{name: getattr(run.planned, name) for name in _CONTEXT}, launch=launch
        )
        prices = Prices(prices=shared.prices, model=run.planned.model)
        stem = f"{run.run_id}-{launch}"
        self.meter = Meter(spool=shared.folder.spool, stem=stem, prices=prices)
        self.found = Findings(started_ns=shared.clock())

    def made(self) -> Launched:
        """Carry the launch out."""
        room: Room | None = None
        found = self.found
        try:
            room = self.shared.rooms.make(
                self.run, self.launch, keep_earlier=self.shared.keep_rooms
            )
            self._with_proxy(room)
            if found.report.by != "not_started":
                found.checks = run_checks(
                    self.run.task.checks, answer=found.said.answer, directory=room.directory
                )
        except MidspanError as error:
            self._failed(str(error))
        except Exception as error:
            # Whatever breaks in one run, the others go on, and this one has its record.
            self._failed(f"{type(error).__name__}: {error}")
        finally:
            if room is not None and not self.shared.keep_rooms:
                self.shared.rooms.remove(room)
        close_segments(self.shared.folder.spool, self.run.run_id, self.launch)
        found.used = self.meter.look()
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
        remark = found.report.unforked
        return Launched(
            record=record,
            problem=found.problem,
            remark=f"{self.harness} is started anew for each run: {remark}" if remark else None,
        )

    def _with_proxy(self, room: Room) -> None:
        base_url = self.served.base_url
        if base_url is None:
            self._started(room, None, "")
            return
        proxy = self.shared.proxies.before(
            Upstream(
                endpoint=base_url,
                key_env=self.run.model.key_env,
                resource=self.served.resource_attributes(),
            )
        )
        token = secrets.token_urlsafe(18)
        record = self.run.harness.instrument != "auto"
        proxy.begin(self.context, sampling=self.sampling, token=token, record=record)
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
        shutil.rmtree(sessions, ignore_errors=True)
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
        folder = seat.room.directory.parent.absolute()
        stdin, stdout, stderr = (folder / name for name in ("stdin", "stdout", "stderr"))
        if program.stdin:
            stdin.write_bytes(program.stdin)
        order = Order(
            argv=program.argv,
            environment=program.environment,
            directory=str(seat.room.directory.absolute()),
            stdin=str(stdin) if program.stdin else None,
            stdout=str(stdout),
            stderr=str(stderr),
            log=str(self._log().absolute()),
            seconds=self.run.task.budget.seconds,
            grace=self.shared.grace,
            template=program.template,
            scratch=str(self.shared.scratch),
        )
        self.found.started_ns = self.shared.clock()
        report = self.keeper.carry_out(order, look=self._look, every=LOOK_SECONDS)
        self.found.report, self.found.ended_ns = report, self.shared.clock()
        if report.problem is not None:
            self._failed(report.problem)
        if report.by not in ("not_started", "lost"):
            self.found.said = self._said(seat, stdout, stderr)
            failed = report.code != 0 or self.found.said.failed is not None
            if report.by == "exit" and failed and not self.served.alive():
                # The agent may have seen the end of its model before we did.
                self.found.problem = self._unserved()

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

    def _said(self, seat: Seat, stdout: Path, stderr: Path) -> Said:
        try:
            return self.driver.said(seat, stdout, stderr)
        except Exception as error:
            # What an agent printed is anything at all.
            return Said(answer=None, failed=f"its words cannot be read: {error}")

    def _failed(self, why: str) -> None:
        """Keep why the launch failed, also where what the agent printed would stand."""
        self.found.problem = why
        with suppress(OSError), self._log().open("a", encoding="utf-8") as file:
            file.write(f"midspan: {why}\n".encode(errors="replace").decode())

    def _log(self) -> Path:
        return self.shared.folder.log_of(self.run.run_id, self.launch)
