"""What a report is made of: frames of a workspace, and the figures computed of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import polars as pl

from midspan.dashboards.report.figures import Computed
from midspan.scorers.score import Declaration

Redact = Callable[[pl.Series, pl.Series], pl.Series]
"""Returns texts without secrets; beside each stands the id of its run."""


@dataclass(frozen=True, kw_only=True)
class About:
    """Where a report comes from."""

    title: str
    made: datetime
    version: str
    workspace: str
    suite: str | None = None
    profile: str | None = None
    notes: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class ShownFile:
    """A file that the agent finds."""

    path: str
    kind: Literal["text", "image", "audio", "other"]
    bytes: int | None
    preview: str | None
    """The beginning of a text, a data: URI of a small image; None: not at hand, or too large."""


@dataclass(frozen=True, kw_only=True)
class ShownTask:
    """What a task asks."""

    id: str
    experiment: str
    set: str | None = None
    prompt: str | None = None
    prompt_from: Literal["suite", "trace"] | None = None
    tags: Sequence[str] = ()
    files: Sequence[ShownFile] = ()
    checks: Sequence[Mapping[str, str]] = ()
    """id, kind and what it says."""
    answer: str = "none"
    expected_calls: str | None = None


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where traces can be looked at; the templates hold {span} and {trace}."""

    name: str
    span: str | None
    trace: str | None
    runs: frozenset[str]
    """Ids of the runs whose spans are there."""


@dataclass(frozen=True, kw_only=True)
class ReportFrames:
    """Everything that a report shows."""

    about: About
    runs: pl.DataFrame
    """Rows of runs with outcome, meant, checked, infra, counted, evaluated and traced."""
    scores: pl.DataFrame
    computed: Computed
    failures: Mapping[str, Any]
    known: Mapping[str, Declaration]
    """What is declared of scores."""
    order: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The values of each axis as they were planned."""
    tasks: Sequence[ShownTask] = ()
    servers: Sequence[Server] = ()
    quarantined: int = 0
    redact: Redact = lambda texts, _runs: texts
