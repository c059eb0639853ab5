"""Batches as the scoring half of a watch leaves them for its publisher."""

from collections.abc import Sequence
from pathlib import Path

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from tests.support.otlp import Json, write


def add_batch(state: Path, number: int, spans: Sequence[Json]) -> Workspace:
    """Return a scored workspace, put among the waiting batches of a watch as a whole."""
    folder = state / "batches"
    made = folder / f".making-{number}"
    ingest([write(made / "in" / "spans.jsonl", spans)], made / "ws")
    workspace = Workspace(made / "ws")
    workspace.score()
    made.rename(folder / f"{number:06d}")
    return Workspace(folder / f"{number:06d}" / "ws")
