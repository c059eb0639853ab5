"""Runs of a workspace as session files in a folder."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

import msgspec

from midspan.instrumentation.redaction import Redaction
from midspan.pipelines.exporting.chosen import Exported, chosen_runs, offered_tools
from midspan.pipelines.exporting.pi.native import native_entries
from midspan.pipelines.exporting.pi.session import harness_of, session_entries
from midspan.pipelines.workspace import Workspace
from midspan.scorers.run_view import Run

FOLDER: Final = "sessions"
"""Where sessions stand in an export, a folder for each harness."""

_FRAME: Final = (
    "type",
    "version",
    "id",
    "parentId",
    "timestamp",
    "harness",
    "customType",
    "display",
)
"""What holds an entry in its place: no words of anybody."""

_UNUSABLE: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(kw_only=True)
class Sessions(Exported):
    """What sessions have been written so far."""

    files: list[PurePosixPath] = field(default_factory=list)
    """Where they stand, below the folder."""
    native: int = 0
    """Those that the agent itself had written."""
    size: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    variants: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """Runs by task, model and harness."""


def write_sessions(
    workspace: Workspace,
    folder: Path,
    *,
    outcomes: Sequence[str] | None = None,
    emails: bool = False,
    native: Path | None = None,
) -> Sessions:
    """Return what was written below a folder: a session for each run, in the format of pi.

    Args:
        workspace: Where the runs are read.
        folder: Where `sessions/<harness>/<run_id>.jsonl` is written.
        outcomes: Only runs that ended so.
        emails: Take out addresses of email as well as keys, tokens and passwords.
        native: The folder of a sweep with the agents' own sessions, which are taken where they are
            pi's; else a session is made of the spans.
    """
    redact = Redaction(emails=emails)
    written = Sessions(redacted=redact.counts)
    offered = offered_tools(workspace)
    for run, outcome in chosen_runs(workspace, outcomes):
        own = None if native is None else native_entries(run, outcome, native)
        entries = own or session_entries(run, outcome, offered)
        if isinstance(entries, str):
            written.left_out[run.id] = entries
            continue
        place = path_of(run)
        content = b"".join(_lines(entries, redact, run.id))
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        written.runs += 1
        written.native += own is not None
        written.size += len(content)
        written.files.append(place)
        written.outcomes[outcome] += 1
        written.variants[_variant(run)] += 1
    return written


def path_of(run: Run) -> PurePosixPath:
    """Return where the session of a run stands in an export."""
    harness = _UNUSABLE.sub("-", harness_of(run)).strip(".-") or "agent"
    return PurePosixPath(FOLDER, harness, f"{run.id}.jsonl")


def _variant(run: Run) -> tuple[str, str, str]:
    return (run.task or "", run.model or "", run.row["harness"] or "")


def _lines(entries: Sequence[dict[str, Any]], redact: Redaction, salt: str) -> Iterator[bytes]:
    """Yield the entries as lines, with the secrets taken out of what they say."""
    for entry in entries:
        frame = {name: value for name, value in entry.items() if name in _FRAME}
        said = {name: value for name, value in entry.items() if name not in _FRAME}
        yield msgspec.json.encode(frame | redact(said, salt)) + b"\n"
