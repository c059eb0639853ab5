"""Where the runs of a workspace were published, and the addresses of their spans there."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from midspan.dashboards.report.frames import Server
from midspan.pipelines.publish.links import mlflow_trace, phoenix_span
from midspan.pipelines.publish.manifest import PUBLISHED, Line
from midspan.pipelines.storage.disk import explained

_SPAN: Final = "{span}"
_TRACE: Final = "{trace}"


def servers(workspace: Path) -> Sequence[Server]:
    """Return the servers that hold spans of the workspace, each project apart."""
    path = workspace / PUBLISHED
    try:
        with explained(path):
            lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    runs: dict[tuple[str, str, str], set[str]] = {}
    for line in lines:
        try:
            unit = msgspec.json.decode(line, type=Line)
        except msgspec.DecodeError:  # publish says so, and writes it anew
            continue
        if unit.what == "spans" and unit.server in ("phoenix", "mlflow"):
            runs.setdefault((unit.server, unit.url, unit.place), set()).add(unit.key)
    return [
        Server(
            name=name,
            span=phoenix_span(url, _SPAN) if name == "phoenix" else None,
            # MLflow's place says as well when its experiment was made.
            trace=mlflow_trace(url, place.partition("@")[0], _TRACE) if name == "mlflow" else None,
            runs=frozenset(ids),
        )
        for (name, url, place), ids in sorted(runs.items())
    ]
