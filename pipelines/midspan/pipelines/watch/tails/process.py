"""The process that reads a source as it grows, or once."""

import threading
from pathlib import Path
from typing import Final

from midspan.pipelines.ingest.sources.remote import is_remote
from midspan.pipelines.ingest.sources.server import Address
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.watch.backlog import BacklogWriter
from midspan.pipelines.watch.ending import end_when_told
from midspan.pipelines.watch.figures import Figures
from midspan.pipelines.watch.tails.listing import listing_of
from midspan.pipelines.watch.tails.phoenix_project import PhoenixTail
from midspan.pipelines.watch.tails.scoring import Scoring
from midspan.pipelines.watch.tails.settings import BACKLOG, TailSettings
from midspan.pipelines.watch.tails.spool import SpoolTail
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import Exit, InvalidInput

PHOENIX: Final = "phoenix+"
MLFLOW: Final = "mlflow+"


def is_project(source: str) -> bool:
    """Return whether a source is a server's project, whose spans come one by one.

    >>> is_project("phoenix+http://127.0.0.1:6006/shop"), is_project("s3://bucket/spool")
    (True, False)
    """
    if source.startswith(MLFLOW):
        raise InvalidInput(
            f"{source}: an MLflow cannot be watched: it does not say what came since when",
            fix=f"Read it now and then: midspan ingest {source} --into WS && midspan score WS",
        )
    return source.startswith(PHOENIX)


def require_source(source: str, *, once: bool) -> str | None:
    """Raise where a source cannot be read at all; return what is to be said of it, if anything.

    A directory that is not there is waited for: whoever writes the spool may make it.
    """
    if is_project(source):
        Address.parse(source)
        return None
    listing = listing_of(source, may_come=not once)
    if is_remote(source):
        next(listing(set()), None)  # which asks the store, and so finds what keeps it from that
    elif not Path(source).is_dir():
        return f"{source} is not there yet; it is watched as soon as it is"
    return None


def main(settings: TailSettings) -> Exit:
    """Read a source until this process is told to end; once, if that is asked for."""
    stop = threading.Event()
    end_when_told(stop.set)
    return run(settings, stop=stop)


def run(settings: TailSettings, *, stop: threading.Event) -> Exit:
    """Return how it went: 3 where something could not be read."""
    Workspace.create(settings.workspace)  # before the state, which may lie within it
    with explained(settings.state):
        settings.state.mkdir(parents=True, exist_ok=True)
    if is_project(settings.source):
        figures = Figures(settings.state / "figures" / "tail.json")
        with BacklogWriter(settings.state / BACKLOG, count=figures.count) as backlog:
            project = PhoenixTail(settings, sink=backlog, figures=figures)
            if settings.once:
                return project.once()
            project.run(stop)
        return Exit.DONE
    # Here the scoring is done as well: nobody else tells of it.
    figures = Figures(settings.state / "figures" / "scorer.json")
    tail = SpoolTail(settings, score=Scoring(settings, figures), figures=figures)
    if settings.once:
        return tail.once()
    tail.run(stop)
    return Exit.DONE
