"""Runs put together: each batch is one job, and has one model."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from midspan.pipelines.sweep.plan import SweepRun

Per = Literal["model-revision", "cell", "run"]

_LONGEST: Final = 100
"""Characters of a job's label."""
_DIGEST: Final = 8


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Runs that one job holds."""

    name: str
    """Letters, digits, - and _ only, 100 at most: equal for equal contents of the matrix."""
    model: str
    revision: str | None
    """None without a target."""
    runs: tuple[SweepRun, ...]


def batches(runs: Iterable[SweepRun], per: Per) -> tuple[Batch, ...]:
    """Return the batches of runs, in the order of the runs.

    The name of a batch does not depend on which of its runs are still to be done.
    """
    found: dict[tuple[str, ...], list[SweepRun]] = {}
    for run in runs:
        found.setdefault(_key(run, per), []).append(run)
    return tuple(
        Batch(
            name=_name(key),
            model=together[0].model.name,
            revision=together[0].planned.revision,
            runs=tuple(together),
        )
        for key, together in found.items()
    )


def _key(run: SweepRun, per: Per) -> tuple[str, ...]:
    planned = run.planned
    variant = (run.model.name, planned.revision or "")
    if per == "model-revision":
        return variant
    cell = (*variant, planned.tier or "", planned.harness or "", planned.task)
    return cell if per == "cell" else (*cell, str(planned.trial))


def _name(key: tuple[str, ...]) -> str:
    """Return a label that reads like the key, and differs where the key does."""
    digest = hashlib.blake2b("\0".join(key).encode(), digest_size=_DIGEST // 2).hexdigest()
    words = "-".join(re.sub(r"[^A-Za-z0-9_]+", "-", part).strip("-") for part in key if part)
    return f"{words[: _LONGEST - _DIGEST - 1].strip('-')}-{digest}"
