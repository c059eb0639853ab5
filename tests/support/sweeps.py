"""Small suites to plan, without a repository behind their revisions."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from midspan.pipelines.records import EndedBy, ResultRecord, write_result
from midspan.pipelines.sweep.plan import ResolvedRevision, SweepPlan, planned_sweep
from midspan.scorers.suite import Revision, Target

MATRIX = {
    "models": [{"name": "lab/small", "endpoint": "http://127.0.0.1:9/v1"}],
    "trials": 2,
}


def sha_of(ref: str) -> str:
    """A commit id that belongs to a ref."""
    return hashlib.sha1(ref.encode()).hexdigest()


def made_up(target: Target, revision: Revision) -> ResolvedRevision:
    """Takes every ref for one that exists."""
    return ResolvedRevision(label=revision.label, ref=revision.ref, sha=sha_of(revision.ref))


def write_suite(
    folder: Path,
    *,
    tasks: Sequence[Mapping[str, Any]] = ({"id": "ask", "prompt": "p"},),
    matrix: Mapping[str, Any] | None = None,
    files: Mapping[str, str] | None = None,
    **parts: Any,
) -> Path:
    """Write a suite (JSON is YAML) and files beside it; return the suite's path."""
    folder.mkdir(parents=True, exist_ok=True)
    suite = {
        "suite": "shop",
        "contract": 1,
        "tasks": [dict(task) for task in tasks],
        "matrix": {**MATRIX, **(matrix or {})},
        "harnesses": {"loop": {"kind": "openai-loop"}},
        **parts,
    }
    path = folder / "suite.yaml"
    path.write_text(json.dumps(suite, indent=1))
    for name, text in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return path


def planned(folder: Path, *, experiment: str | None = None, **parts: Any) -> SweepPlan:
    """The plan of a suite that is written for it."""
    suite = write_suite(folder, **parts)
    return planned_sweep(suite, experiment=experiment, resolve=made_up)


def finish(
    spool: Path,
    run_id: str,
    *,
    launch: int = 0,
    ended_by: EndedBy = "exit",
    seconds: float | None = None,
) -> None:
    """Leave the result record of a launch."""
    spool.mkdir(parents=True, exist_ok=True)
    begun = 1_700_000_000_000_000_000
    write_result(
        spool,
        ResultRecord(
            run_id=run_id,
            launch=launch,
            ended_by=ended_by,
            started_ns=None if seconds is None else begun,
            ended_ns=None if seconds is None else begun + int(seconds * 1e9),
        ),
    )
