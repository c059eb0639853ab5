"""What is to be published, of which runs, and under which name."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from midspan.scorers.errors import InvalidInput
from midspan.scorers.plugins import declarations
from midspan.scorers.score import Declaration
from midspan.scorers.setting import Setting, default_setting
from midspan.scorers.suite import Suite

Part = Literal["spans", "scores", "experiments"]

PARTS: Final[tuple[Part, ...]] = ("spans", "scores", "experiments")
"""Spans, the scores of steps and runs on them, and variants side by side."""

_AGO: Final = re.compile(r"(\d+)\s*([smhdw])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_NANOSECONDS: Final = 1_000_000_000
_SINCE: Final = "Say how long ago (90m, 3h, 2d), or when: 2026-11-20 or 2026-11-20T08:00:00Z"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to be published. By default all of it, of every run, under its experiment's name."""

    only: frozenset[Part] = frozenset(PARTS)
    since_ns: int | None = None
    """Only runs that began then or later."""

    project: str | None = None
    """Phoenix project and MLflow experiment, instead of the experiment that runs name."""

    dry_run: bool = False
    partial: bool = False
    """Whether there are other runs elsewhere: trials are then not numbered by those at hand."""

    artifacts: tuple[Path, ...] = ()
    """Files that go beside the runs, to servers that keep files."""

    suite: Suite | None = None
    """What tasks ask, where the suite is at hand."""

    setting: Setting = field(default_factory=default_setting)
    """By its profile the directions of markers are known."""

    known: Mapping[str, Declaration] = field(default_factory=declarations)
    """What is declared of scores: unit, level and which way they are better."""

    def has(self, part: Part) -> bool:
        """Return whether this is asked for."""
        return part in self.only


def parts_named(words: str | None) -> frozenset[Part]:
    """Return the parts that are named, separated by commas; all where none is.

    >>> sorted(parts_named("spans,scores"))
    ['scores', 'spans']
    """
    if words is None:
        return frozenset(PARTS)
    named = [word.strip() for word in words.split(",")]
    strange = [word for word in named if word not in PARTS]
    if strange:
        raise InvalidInput(
            f"nothing to publish is called {strange[0]!r}", fix=f"There are {', '.join(PARTS)}."
        )
    return frozenset(part for part in PARTS if part in named)


def since(text: str, *, now: datetime) -> int:
    """Return a point in time, in nanoseconds since 1970; what names no zone is UTC.

    >>> since("2d", now=datetime(2026, 11, 20, tzinfo=UTC)) // 10**9
    1794960000
    >>> since("2026-11-18", now=datetime(2026, 11, 20, tzinfo=UTC)) // 10**9
    1794960000
    """
    if found := _AGO.fullmatch(text.strip()):
        seconds = int(now.timestamp()) - int(found[1]) * _SECONDS[found[2]]
        return max(seconds, 0) * _NANOSECONDS
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(f"{text!r} is not a point in time", fix=_SINCE) from None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return int(when.timestamp() * 1_000_000) * 1_000
