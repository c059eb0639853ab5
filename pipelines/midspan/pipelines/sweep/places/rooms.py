"""Makes the rooms of a sweep, and first what all of them need: commits and environments."""

import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from midspan.pipelines.servers import Home
from midspan.pipelines.servers.home import Say, say_nothing
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.places.cache import default_cache
from midspan.pipelines.sweep.places.checkouts import check_out
from midspan.pipelines.sweep.places.copying import put
from midspan.pipelines.sweep.places.environments import Environment, needs_environment
from midspan.pipelines.sweep.places.layers import lay_over
from midspan.pipelines.sweep.places.mirrors import Mirror
from midspan.pipelines.sweep.places.removal import remove_folder
from midspan.pipelines.sweep.places.room import Room, RoomError
from midspan.pipelines.sweep.places.settings import room_variables
from midspan.pipelines.sweep.places.setup import set_up
from midspan.pipelines.sweep.plan import ResolvedRevision, SweepPlan, SweepRun
from midspan.pipelines.sweep.sources import copied_files
from midspan.scorers.errors import MidspanError


class Rooms:
    """Makes a fresh room for each launch of a run; several threads may ask at a time."""

    def __init__(self, folder: SweepFolder, plan: SweepPlan, cache: Path | None = None) -> None:
        """Make nothing yet. Repositories and environments are kept in the cache."""
        self._folder = SweepFolder(folder.root.absolute())
        self._plan = plan
        self._target = plan.suite.target
        self._cache = (cache or default_cache()).absolute()
        self._failed: dict[str, RoomError] = {}
        self._at_hand: set[str] = set()

    def prepare(
        self, runs: Iterable[SweepRun] | None = None, *, say: Say = say_nothing
    ) -> Mapping[str, RoomError]:
        """Get what the revisions of some runs, or of all, need; return why some have it not.

        The keys are labels of revisions. What was made before, by whomever, is taken as it is.
        """
        chosen = self._plan.runs if runs is None else runs
        revisions = {run.revision.label: run.revision for run in chosen if run.revision}
        for label, revision in revisions.items():
            self._failed.pop(label, None)
            try:
                self._ready(revision, say)
            except RoomError as error:
                self._failed[label] = error
        return {label: self._failed[label] for label in revisions if label in self._failed}

    def make(self, run: SweepRun, launch: int, *, keep_earlier: bool = False) -> Room:
        """Return a room for a launch of a run.

        What stands in its place is removed, and unless `keep_earlier` says otherwise so are rooms
        of the run's earlier launches: those of a worker that was killed are still there.
        """
        revision = run.revision
        if revision is not None and (failed := self._failed.get(revision.label)):
            raise RoomError(failed.args[0], fix=failed.fix)
        folder = self._folder.room_of(run.run_id, launch)
        try:
            with _as_room_error(folder):
                if revision is not None:
                    self._ready(revision, say_nothing)
                left = [] if keep_earlier else _earlier(folder, launch)
                for place in left:
                    self._removed(place)
                remove_folder(folder)
                return self._made(run, folder)
        except BaseException:
            self._removed(folder)
            raise

    def remove(self, room: Room) -> None:
        """Remove a room, with all that was made in it; what cannot be removed is warned of."""
        self._removed(room.folder)

    def _made(self, run: SweepRun, folder: Path) -> Room:
        for name in ("work", "home", "tmp"):
            (folder / name).mkdir(parents=True)
        work, tier, venv = folder / "work", run.tier, None
        if run.revision is not None:
            environment = self._environment(run.revision)
            if environment is not None:
                venv = folder / "venv"
                lay_over(environment.venv, venv)
            if tier.checkout is not None:
                place = work / tier.checkout
                place.mkdir(parents=True, exist_ok=True)
                check_out(self._mirror(), run.revision.sha, place)
        put(copied_files(self._plan.folder, (*run.task.files, *tier.files)), work)
        room = Room(
            directory=work,
            home=folder / "home",
            environment=room_variables(folder, venv, tier.environment),
            arguments=tier.agent_arguments,
        )
        set_up(tier, room)
        return room

    def _ready(self, revision: ResolvedRevision, say: Say) -> None:
        if revision.sha in self._at_hand:
            return
        with _as_room_error(self._cache):
            mirror = self._mirror()
            if not mirror.has(revision.sha):
                mirror.fetch(revision.sha, revision.ref, say)
            environment = self._environment(revision)
            if environment is not None:
                environment.build(revision.label, say)
        self._at_hand.add(revision.sha)

    def _mirror(self) -> Mirror:
        assert self._target is not None
        return Mirror(repository=self._target.repository, cache=self._cache)

    def _environment(self, revision: ResolvedRevision) -> Environment | None:
        """Return the environment of a revision; a target that installs nothing needs none."""
        target = self._target
        assert target is not None
        if not needs_environment(target):
            return None
        return Environment(
            target=target, sha=revision.sha, mirror=self._mirror(), home=Home.of_user()
        )

    def _removed(self, folder: Path) -> None:
        try:
            remove_folder(folder)
        except (OSError, RecursionError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            warnings.warn(f"{folder} cannot be removed: {why}", stacklevel=3)


def _earlier(folder: Path, launch: int) -> list[Path]:
    """Return the rooms of a run's earlier launches that are there."""
    rooms = (folder.with_name(f"{folder.name.rpartition('-')[0]}-{n}") for n in range(launch))
    return [room for room in rooms if room.exists()]


@contextmanager
def _as_room_error(where: Path) -> Iterator[None]:
    """Raise everything that hinders a room as what it is: a run that cannot be launched."""
    try:
        with explained(where):
            yield
    except RoomError:
        raise
    except MidspanError as error:
        raise RoomError(error.args[0], fix=error.fix) from error
    except OSError as error:
        raise RoomError(f"{error.filename or where}: {error.strerror}") from error
