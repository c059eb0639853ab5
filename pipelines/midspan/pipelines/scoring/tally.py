"""What came of scoring: counted chunk by chunk, wherever each was judged."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl


@dataclass(kw_only=True)
class Tally:
    """Counts of some chunks, to be added up."""

    rows: int = 0
    not_evaluated: int = 0
    before: set[str] = field(default_factory=set)
    """Scores that had rows which are replaced."""
    names: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    failed_runs: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, new: pl.DataFrame, before: Iterable[str]) -> "Tally":
        """Return the counts of the rows that came of one chunk."""
        failures = new.filter(pl.col("status") == "failed")
        per_scorer = failures.group_by("scorer", maintain_order=True).agg(
            pl.col("reason").first(), pl.col("run_id").n_unique()
        )
        return cls(
            rows=new.height,
            not_evaluated=new.filter(pl.col("status") == "not_evaluated").height,
            before=set(before),
            names=set(new["name"].unique()),
            failed={scorer: reason for scorer, reason, _ in per_scorer.iter_rows()},
            failed_runs=Counter({scorer: runs for scorer, _, runs in per_scorer.iter_rows()}),
        )

    def add(self, other: "Tally") -> None:
        """Count what came of other chunks, which come after these."""
        self.rows += other.rows
        self.not_evaluated += other.not_evaluated
        self.before |= other.before
        self.names |= other.names
        self.failed = other.failed | self.failed
        self.failed_runs += other.failed_runs

    def summary(self, runs: int, unjudged: Mapping[str, str]) -> "ScoringSummary":
        """Return the summary of so many runs in all."""
        return ScoringSummary(
            rows=self.rows,
            not_evaluated=self.not_evaluated,
            failed={
                scorer: reason + _share(self.failed_runs[scorer], runs)
                for scorer, reason in self.failed.items()
            },
            runs=runs,
            # What could not be judged has the rows that it had.
            gone=() if unjudged else tuple(sorted(self.before - self.names)),
            unjudged=dict(unjudged),
            counts=self,
        )


@dataclass(frozen=True, kw_only=True)
class ScoringSummary:
    """What scoring gave: rows by status, and the scorers that raised, with why.

    `gone` are scores that had rows before and have none now: they were asked for in another way.
    `unjudged` are partitions that could not be judged, and why; their rows stay as they were.
    """

    rows: int
    not_evaluated: int
    failed: Mapping[str, str]
    runs: int = 0
    gone: tuple[str, ...] = ()
    unjudged: Mapping[str, str] = field(default_factory=dict)
    counts: Tally = field(default_factory=Tally, repr=False, compare=False)
    """What the rest of it is told from, to be added to that of other workspaces."""


def _share(runs: int, of: int) -> str:
    return "" if runs >= of else f" ({runs:,} of {of:,} runs)"
