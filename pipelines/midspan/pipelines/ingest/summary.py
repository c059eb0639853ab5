"""What an ingest says of itself in the end."""

from collections import Counter
from dataclasses import dataclass, field

from midspan.pipelines.ingest.joined import Joined


@dataclass(frozen=True, kw_only=True)
class IngestSummary:
    """What one ingest did: `spans_in` is the sum of kept, merged and quarantined.

    `logs_in` is the sum of log records applied to spans and of those that there was no span for.
    `rejected` says file, line and reason of what was quarantined; `joined` what the ingest means
    for the workspace whose runs it joined.
    """

    files: int
    files_known: int
    spans_in: int
    kept: int
    merged: int
    quarantined: int
    rejected: list[str]
    runs: int
    calls: int
    logs_in: int = 0
    logs_applied: int = 0
    logs_unmatched: int = 0
    dialects: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    notes: Counter[str] = field(default_factory=Counter)
    joined: Joined | None = None
    unmapped: list[str] = field(default_factory=list)
    """What rules of the run context name and nothing that was read has."""
