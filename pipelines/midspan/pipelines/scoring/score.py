"""Score a workspace: every scorer over the tables, its rows in place of its earlier ones."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from midspan.pipelines.scoring.chunks import STEPS, Chunks
from midspan.pipelines.scoring.judged_by import JUDGED_BY, JudgedBy, read_judged_by, written
from midspan.pipelines.scoring.judges import judged, judges, turned_off
from midspan.pipelines.storage.parts import write_part
from midspan.pipelines.workspace import Workspace
from midspan.scorers.setting import Setting, default_setting
from midspan.scorers.tables import SCORES

READ: Final = ("runs", "calls", "spans", "text", "tools")
"""The tables that scorers read."""

Progress = Callable[[str, int, int], None]
"""Called with the stage, and how much of how much is done."""


@dataclass(frozen=True, kw_only=True)
class ScoringSummary:
    """What scoring gave: rows by status, and the scorers that raised, with why.

    `gone` are scores that had rows before and have none now: they were asked for in another way.
    """

    rows: int
    not_evaluated: int
    failed: Mapping[str, str]
    runs: int = 0
    gone: tuple[str, ...] = ()


def score_workspace(
    workspace: Workspace,
    *,
    setting: Setting | None = None,
    only: Sequence[str] = (),
    compat: Sequence[str] = (),
    files: JudgedBy | None = None,
    progress: Progress = lambda stage, done, total: None,
    steps: int = STEPS,
) -> ScoringSummary:
    """Return the summary once the rows of all installed scorers stand in the workspace.

    `setting` is what tasks expect and how the profile judges; `only` names scorers, whose rows
    alone are replaced; `compat` names modes of other tools; `files` are those that the setting came
    from, for the workspace to remember. About as many `steps` are judged at a time, in whole runs.
    """
    setting = setting or default_setting()
    made = judges(setting.profile, only=only, compat=compat)
    ran = [judge.name for judge in made] + ([] if only else turned_off(setting.profile))
    tally = _Tally()
    # Held from the first row read, so that no ingest comes between the tables and their scores.
    with workspace.writing() as scratch:
        chunks = Chunks(workspace, setting, steps=steps)
        before = _names(workspace, ran)
        parts = _Files(workspace, scratch)
        done = 0
        for chunk in chunks.every:
            # Of runs that are gone there may be rows to keep, and nothing to judge.
            kept = _kept(chunks.frame("scores", chunk), ran)
            new = judged(
                made if chunk.runs else (),
                chunks.tables(chunk),
                kept=kept,
                progress=_within(progress, done, chunk.runs, chunks.runs),
            )
            tally.count(new)
            parts.add(pl.concat([kept, new]))
            done += chunk.runs
        nothing = JudgedBy()
        record = files or nothing
        # With `only`, rows stay that the files on record had judged.
        if record != read_judged_by(workspace.path) and not (only and record == nothing):
            parts.moves[written(record, scratch)] = workspace.path / JUDGED_BY
        _replace(workspace, parts.moves, READ if tally.failed else ())
    return tally.summary(chunks.runs, before)


@dataclass(kw_only=True)
class _Tally:
    """What came of the chunks so far."""

    rows: int = 0
    not_evaluated: int = 0
    names: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    failed_runs: Counter[str] = field(default_factory=Counter)

    def count(self, new: pl.DataFrame) -> None:
        self.rows += new.height
        self.not_evaluated += new.filter(pl.col("status") == "not_evaluated").height
        self.names.update(new["name"].unique())
        failures = new.filter(pl.col("status") == "failed")
        per_scorer = failures.group_by("scorer", maintain_order=True).agg(
            pl.col("reason").first(), pl.col("run_id").n_unique()
        )
        for scorer, reason, runs in per_scorer.iter_rows():
            self.failed.setdefault(scorer, reason)
            self.failed_runs[scorer] += runs

    def summary(self, runs: int, before: Iterable[str]) -> ScoringSummary:
        failed = {
            scorer: reason + _share(self.failed_runs[scorer], runs)
            for scorer, reason in self.failed.items()
        }
        return ScoringSummary(
            rows=self.rows,
            not_evaluated=self.not_evaluated,
            failed=failed,
            runs=runs,
            gone=tuple(sorted(set(before) - self.names)),
        )


class _Files:
    """The new files of the scores table, one or more a bucket, written as the chunks come."""

    def __init__(self, workspace: Workspace, scratch: Path) -> None:
        self.moves: dict[Path, Path] = {}
        self._workspace, self._scratch = workspace, scratch
        self._generation = workspace.next_generation()
        self._written: Counter[str] = Counter()

    def add(self, rows: pl.DataFrame) -> None:
        """Write the rows of whole runs, which come after those that were added before."""
        ordered = rows.sort("run_id", "call", "name", "span_id")
        buckets = ordered.with_columns(bucket=self._workspace.bucket_column()).partition_by(
            "bucket", as_dict=True, include_key=False
        )
        for (bucket,), frame in buckets.items():
            number = self._written[bucket]
            self._written[bucket] += 1
            source = self._scratch / f"scores-{bucket}-{number}.parquet"
            write_part(frame, source)
            name = f"part-{self._generation:06d}-{number:03d}.parquet"
            self.moves[source] = self._workspace.path / "scores" / f"bucket={bucket}" / name


def _replace(workspace: Workspace, moves: Mapping[Path, Path], read: Sequence[str]) -> None:
    """Put the new files of the scores table in place of the earlier ones, all or nothing."""
    # Rows are about to go for good: not for a file that was damaged, here or below the scorers.
    workspace.verify("scores", *read)
    workspace.apply(moves=moves, removed=workspace.parts("scores"))


def _kept(scores: pl.LazyFrame, ran: Sequence[str]) -> pl.DataFrame:
    """Return the rows that stay: of people, of models, and of scorers that did not run."""
    return SCORES.validate(scores.filter(~_replaced(ran)).collect())


def _names(workspace: Workspace, ran: Sequence[str]) -> set[str]:
    """Return the scores that have rows which are about to be replaced."""
    replaced = workspace.table("scores").filter(_replaced(ran) & (pl.col("status") == "ok"))
    return set(replaced.select(pl.col("name").unique()).collect()["name"])


def _replaced(ran: Sequence[str]) -> pl.Expr:
    return (pl.col("source") == "code") & pl.col("scorer").is_in(ran)


def _within(progress: Progress, done: int, runs: int, total: int) -> Callable[[int, int], None]:
    """Return what counts the scorers of one chunk as runs, so that the bar moves meanwhile."""
    return lambda scorer, scorers: progress("scoring", done + runs * scorer // scorers, total)


def _share(runs: int, of: int) -> str:
    return "" if runs >= of else f" ({runs:,} of {of:,} runs)"
