"""Manifest, plan and results of a large workspace, after those of a small one went into them."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

from midspan.pipelines.ingest.joined import Joined
from midspan.pipelines.ingest.manifest import MANIFEST, ManifestLine, read_manifest
from midspan.pipelines.ingest.record_files import RESULTS_FILE, stored_records
from midspan.pipelines.records import PLAN_FILE
from midspan.pipelines.workspace import Workspace

RECEIVED: Final = "otlp"
"""What is received, as the manifest and the quarantine call it: one file that grows."""

COUNTED: Final = (
    "spans_in",
    "kept",
    "merged",
    "quarantined",
    "logs_in",
    "logs_applied",
    "logs_unmatched",
)


class OutdatedError(Exception):
    """Somebody has changed what a batch joined since it was read."""


def text_files(
    main: Workspace, small: Workspace, joined: Joined, scratch: Path, moves: dict[Path, Path]
) -> None:
    """Add the lines of a small workspace to those of a large one."""
    lines = [joined.line_after(n, line) for n, line in enumerate(read_manifest(main.path))]
    new_lines = list(read_manifest(small.path))
    if len(lines) != joined.lines and any(line.file != RECEIVED for line in new_lines):
        raise OutdatedError
    for line in new_lines:
        _add(lines, line, joined.lines)
    _write(MANIFEST, lines, main, scratch, moves)
    new = stored_records(small.path)
    if not new.plans and not new.results:
        return
    records = stored_records(main.path)
    plans = records.plans | new.plans
    if plans != records.plans:
        _write(PLAN_FILE, plans.values(), main, scratch, moves)
    results = {run_id: {**launches} for run_id, launches in records.results.items()}
    for run_id, launches in new.results.items():
        results.setdefault(run_id, {}).update(launches)
    if results != records.results:
        each = [record for launches in results.values() for record in launches.values()]
        _write(RESULTS_FILE, each, main, scratch, moves)


def _add(lines: list[ManifestLine], line: ManifestLine, before: int) -> None:
    """Add a line, or what it says to the one of all that was received.

    Spans bear the number of their line, which was told from how many there were `before`.
    """
    received = line.file == RECEIVED
    found = (number for number, each in enumerate(lines) if each.file == RECEIVED)
    place = next(found, len(lines)) if received else len(lines)
    if received and place > before:
        raise OutdatedError
    if place == len(lines):
        lines.append(msgspec.structs.replace(line, hash="") if received else line)
        return
    sums = {name: getattr(lines[place], name) + getattr(line, name) for name in COUNTED}
    lines[place] = msgspec.structs.replace(lines[place], **sums)


def _write(
    name: str, lines: Iterable[Any], main: Workspace, scratch: Path, moves: dict[Path, Path]
) -> None:
    path = scratch / f"{name}.new"
    path.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    moves[path] = main.path / name
