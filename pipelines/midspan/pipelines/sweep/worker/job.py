"""What is left of a sweep: prepared once, then run model after model."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from midspan.pipelines.files import load_suite_profile
from midspan.pipelines.records import ResultRecord, write_result
from midspan.pipelines.sweep.harnesses import Driver, driver_for
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.places import Rooms
from midspan.pipelines.sweep.plan import SweepPlan, SweepRun
from midspan.pipelines.sweep.serving import Served, served
from midspan.pipelines.sweep.standing import Standing, looked_again, standings
from midspan.pipelines.sweep.variables import scrubbed
from midspan.pipelines.sweep.worker.claims import claimed
from midspan.pipelines.sweep.worker.crew import Crew, Tries
from midspan.pipelines.sweep.worker.events import Event, RunEnded, Told
from midspan.pipelines.sweep.worker.keepers import Keeper
from midspan.pipelines.sweep.worker.launching import Launcher
from midspan.pipelines.sweep.worker.lost import record_lost_launches
from midspan.pipelines.sweep.worker.nursery import Keepers
from midspan.pipelines.sweep.worker.proxies import Proxies
from midspan.pipelines.sweep.worker.publishing import publish_record
from midspan.pipelines.sweep.worker.schedule import Schedule
from midspan.pipelines.sweep.worker.stopping import Stopping
from midspan.scorers.errors import MidspanError
from midspan.scorers.suite import Model

SERVER_STARTS: Final = 3
"""How often a server of a model is started that ends before its runs are through."""


@dataclass(frozen=True, kw_only=True)
class Job:
    """The runs of a sweep that are to be run here, and how far each was before."""

    plan: SweepPlan
    folder: SweepFolder
    there: SweepFolder | None
    known: Mapping[str, Standing]
    tell: Callable[[Event], None]

    def carry_out(
        self,
        left: Sequence[SweepRun],
        *,
        concurrency: int,
        keys: Mapping[str, str],
        keep_rooms: bool,
        stopping: Stopping,
        tries: Tries,
        rooms: Rooms,
        grace: float,
    ) -> None:
        """Return once all are over, or none may begin any more; raise what hinders all."""
        folder, variables = self.folder, scrubbed(without=keys)
        for place in (folder.spool, folder.logs, folder.claims, folder.rooms):
            place.mkdir(parents=True, exist_ok=True)
        drivers = _drivers(self.plan, left)
        identities = {name: driver.identity() for name, driver in drivers.items()}
        for why in rooms.prepare(left, say=self._say).values():
            self._say(str(why))
        suite = self.plan.suite
        prices = load_suite_profile(self.plan.suite_file, suite, doubted=False).prices
        nursery = Keepers(variables)
        keepers = [Keeper(nursery) for _ in range(min(concurrency, len(left)))]
        crew = Crew(
            folder=folder,
            publish_to=self.there,
            known=self.known,
            tries=tries,
            keepers=keepers,
            tell=self.tell,
        )
        with TemporaryDirectory(prefix="midspan-") as scratch, _ended(*keepers, nursery):
            for models in _groups(left):
                with _proxies(keys, folder, variables) as proxies:
                    launcher = Launcher(
                        folder=folder,
                        rooms=rooms,
                        drivers=drivers,
                        identities=identities,
                        proxies=proxies,
                        prices=prices,
                        stopping=stopping,
                        scratch=Path(scratch),
                        grace=grace,
                        keep_rooms=keep_rooms,
                    )
                    self._serve(models, left, crew, launcher)

    def _serve(
        self, models: Sequence[Model], left: Sequence[SweepRun], crew: Crew, launcher: Launcher
    ) -> None:
        """Run what these models are for; a server that ends is started again, with the rest."""
        rest = [run for run in left if run.model in models]
        for _ in range(SERVER_STARTS):
            if not rest or launcher.stopping.begin_nothing:
                return
            with ExitStack() as stack:
                up: dict[str, Served] = {}
                for model in models:
                    try:
                        up[model.name] = stack.enter_context(self._served(model, launcher))
                    except MidspanError as error:
                        self._unserved([run for run in rest if run.model == model], launcher, error)
                rest = [run for run in rest if run.model.name in up]
                schedule = Schedule(rest)
                launcher.stopping.wake(schedule.stop)
                if launcher.stopping.begin_nothing:
                    return
                crew.go_through(schedule, launcher, up)
                if all(server.alive() for server in up.values()):
                    return
            now = standings([run.run_id for run in rest], self.folder.spool)
            rest = [run for run in rest if now[run.run_id].state != "done"]

    @contextmanager
    def _served(self, model: Model, launcher: Launcher) -> Iterator[Served]:
        place = model.name.replace("/", "-")
        log = self.folder.logs / f"server-{place}.log"
        with served(model, launcher.scratch / place, log, say=self._say) as server:
            yield server

    def _unserved(self, runs: Iterable[SweepRun], launcher: Launcher, error: MidspanError) -> None:
        """Write down of runs that their model does not answer: it is not tried for each of them."""
        self._say(str(error))
        spools = [place.spool for place in (self.folder, self.there) if place is not None]
        for run in runs:
            with claimed(self.folder.claim_of(run.run_id)) as ours:
                standing = looked_again(self.known[run.run_id], *spools)
                if not ours or standing.state == "done":
                    continue
                record_lost_launches(run.run_id, standing.launch, self.folder, self.there)
                now = launcher.clock()
                record = ResultRecord(
                    run_id=run.run_id,
                    launch=standing.launch,
                    ended_by="launch_failed",
                    started_ns=now,
                    ended_ns=now,
                )
                write_result(self.folder.spool, record)
                if self.there is not None:
                    publish_record(self.folder, self.there, run.run_id, standing.launch)
            self.tell(RunEnded(run=run, record=record, problem=str(error)))

    def _say(self, line: str) -> None:
        self.tell(Told(text=line))


def _drivers(plan: SweepPlan, runs: Iterable[SweepRun]) -> dict[str, Driver]:
    names = dict.fromkeys(run.harness_name for run in runs)
    return {
        name: driver_for(plan.suite.harnesses[name], name=name, folder=plan.folder)
        for name in names
    }


def _groups(runs: Iterable[SweepRun]) -> Iterator[list[Model]]:
    """Yield models that are up at the same time: of those that are served here, one by one."""
    models = list({run.model.name: run.model for run in runs}.values())
    if elsewhere := [model for model in models if model.serve is None]:
        yield elsewhere
    for model in models:
        if model.serve is not None:
            yield [model]


@contextmanager
def _ended(*processes: Keeper | Keepers) -> Iterator[None]:
    try:
        yield
    finally:
        for each in processes:
            each.close()


@contextmanager
def _proxies(
    keys: Mapping[str, str], folder: SweepFolder, variables: Mapping[str, str]
) -> Iterator[Proxies]:
    proxies = Proxies(keys=keys, spool=folder.spool, logs=folder.logs, variables=variables)
    try:
        yield proxies
    finally:
        proxies.close()
