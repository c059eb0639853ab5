"""A workspace's spans rebuilt, written as OTLP, and read again into another workspace."""

import gzip
from pathlib import Path
from typing import Any

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.otlp import Piece, batches
from midspan.pipelines.publish.plan import Walk
from midspan.pipelines.publish.spans import rebuilt
from midspan.pipelines.workspace import Workspace


def pieces(workspace: Workspace, project: str | None = None) -> list[Piece]:
    """Return every span that is sent of a workspace."""
    portions = Walk(workspace, Asked(project=project)).portions()
    return [piece for portion in portions for piece in rebuilt(portion)]


def republished(workspace: Workspace, directory: Path) -> Workspace:
    """Return a workspace of the spans that a server would be sent."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "sent.otlp.pb"
    bodies = (gzip.decompress(batch.encode()) for batch in batches(pieces(workspace)))
    file.write_bytes(b"".join(bodies))
    ingest([file], directory / "ws")
    return Workspace(directory / "ws")


def attributes(piece: Piece) -> dict[str, Any]:
    """Return a span's attributes as plain values."""
    return {pair.key: plain(pair.value) for pair in piece.span.attributes}


def plain(value: Any) -> Any:
    """Return a value of OTLP without its type."""
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [plain(item) for item in value.array_value.values]
    return getattr(value, kind) if kind else None
