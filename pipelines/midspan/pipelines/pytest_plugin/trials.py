"""What the trials of one task come to: passed, failed, or not known."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from midspan.dashboards.terminal.cells import printable
from midspan.pipelines.pytest_plugin.options import ALL, ANY, PASS_RATE

if TYPE_CHECKING:
    from midspan.pipelines.comparison.run_verdicts import RunVerdict

SHOWN: Final = 5
"""Trials that are told of one task."""

_TAIL: Final = 2048
_QUOTED: Final = 200


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One run of the task."""

    number: int
    verdict: "RunVerdict | None"
    """None: there is no run of it."""
    problem: str | None = None
    """Why it could not be launched."""
    log: Path | None = None
    """Where it stands what the agent printed."""


@dataclass(frozen=True, kw_only=True)
class Sum:
    """What the trials come to, and in words what has to be said of it."""

    passed: bool
    message: str


def summed(trials: Sequence[Trial], *, pass_rate: float) -> Sum:
    """Return what the trials come to; those of which nothing is known have not succeeded."""
    succeeded = sum(_outcome(trial) == "success" for trial in trials)
    unknown = sum(trial.verdict is None or not trial.verdict.judged for trial in trials)
    needed = max(1, math.ceil(pass_rate * len(trials) - 1e-9))
    told = f"{succeeded} of {len(trials)} trials succeeded"
    if unknown:
        told += f", of {unknown} it is not known"
    bar = "all have to" if needed == len(trials) else f"{needed} {_have(needed)} to"
    rate = f"{pass_rate:g}" if pass_rate else ANY
    option = "" if pass_rate == ALL else f" ({PASS_RATE} {rate})"
    lines = [f"{told}; {bar}{option}"]
    others = [trial for trial in trials if _outcome(trial) != "success"]
    for trial in others[:SHOWN]:
        lines += _told(trial)
    if len(others) > SHOWN:
        lines.append(f"{len(others) - SHOWN} more trials that did not succeed")
    return Sum(passed=succeeded >= needed, message="\n".join(lines))


def _outcome(trial: Trial) -> str | None:
    return None if trial.verdict is None else trial.verdict.outcome


def _told(trial: Trial) -> list[str]:
    if trial.verdict is None:
        return [f"trial {trial.number}: there is no run of it"]
    lines = [f"trial {trial.number}: {trial.verdict.message}"]
    if trial.problem is not None:
        lines.append(trial.problem)
    if trial.log is not None:
        lines.append(f"what it printed: {trial.log}{_last_line(trial.log)}")
    return lines


def _last_line(log: Path) -> str:
    """Return the end of what was printed, where that may say why it ended."""
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _TAIL))
        lines = file.read().decode(errors="replace").split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f" ... {printable(last)[:_QUOTED]}" if last else ""


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
