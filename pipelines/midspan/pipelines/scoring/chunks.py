"""A workspace in chunks of whole runs, so that scoring needs the memory of one chunk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from midspan.pipelines.checks import judge_answers
from midspan.pipelines.storage.parts import scan
from midspan.pipelines.workspace import Workspace
from midspan.scorers.faults.again import with_profile_faults
from midspan.scorers.setting import Setting
from midspan.scorers.tables import ALL, Tables

STEPS: Final = 50_000
"""Steps (LLM calls, tool calls, the run itself) that are judged together: some thousand runs."""

_READ: Final = ("runs", "calls", "spans", "text", "scores")
_HELD: Final = ("runs", "calls", "spans")
"""Tables that every scorer reads, and that are small: read once for all of them."""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Whole runs that are judged together: of some buckets, or a range of one large bucket."""

    buckets: tuple[str, ...]
    runs: int
    after: str | None = None
    """Only runs whose ids come after this one."""
    up_to: str | None = None
    """Only runs up to this one, itself included."""

    def holds(self) -> pl.Expr | None:
        """Return whether a row of the buckets is of one of the runs; None: it always is."""
        bounds = []
        if self.after is not None:
            bounds.append(pl.col("run_id") > self.after)
        if self.up_to is not None:
            bounds.append(pl.col("run_id") <= self.up_to)
        return pl.all_horizontal(bounds) if bounds else None

    def frame(self, table: str, files: "Files") -> pl.LazyFrame:
        """Return the rows of a table that are of the runs."""
        frame = files.frame(table, *self.buckets)
        holds = self.holds()
        return frame if holds is None else frame.filter(holds)


@dataclass(frozen=True, kw_only=True)
class Files:
    """The files of tables by bucket, as whoever reads them names them."""

    parts: Mapping[str, Mapping[str, Sequence[Path]]]

    @classmethod
    def of(cls, workspace: Workspace) -> "Files":
        """Return the files of a workspace that scorers read, and those of its scores."""
        return cls(parts={table: _by_bucket(workspace.parts(table)) for table in _READ})

    def holding(self, *tables: str) -> list[str]:
        """Return the buckets that hold rows of any of some tables, in order."""
        return sorted({bucket for table in tables for bucket in self.parts[table]})

    def of_buckets(self, buckets: Sequence[str]) -> "Files":
        """Return the files of some buckets."""
        return Files(
            parts={
                table: {bucket: found[bucket] for bucket in buckets if bucket in found}
                for table, found in self.parts.items()
            }
        )

    def names(self) -> list[str]:
        """Return the files' paths within the workspace."""
        return [
            f"{table}/bucket={bucket}/{part.name}"
            for table, found in self.parts.items()
            for bucket, parts in found.items()
            for part in parts
        ]

    def frame(self, table: str, *buckets: str) -> pl.LazyFrame:
        """Return the rows of a table in some buckets."""
        of_table = self.parts[table]
        parts = [part for bucket in buckets for part in of_table.get(bucket, ())]
        if not parts:
            return ALL[table].empty().lazy()
        return scan(parts).select(ALL[table].schema.names())


class Buckets:
    """The files of a workspace by bucket; while this is alive, no writer takes them away."""

    def __init__(self, workspace: Workspace) -> None:
        """Look up which files there are."""
        self._held = workspace.files("runs")
        self.files = Files.of(workspace)

    def frame(self, table: str, *buckets: str) -> pl.LazyFrame:
        """Return the rows of a table in some buckets."""
        return self.files.frame(table, *buckets)


class Chunks:
    """The chunks of a workspace, and the tables of each."""

    def __init__(self, workspace: Workspace, setting: Setting, *, steps: int = STEPS) -> None:
        """Look up which runs there are, and in which files."""
        self._buckets = Buckets(workspace)
        self.files = self._buckets.files
        self._tools = workspace.table("tools").collect().lazy()
        self._setting = setting
        self.every = list(self._planned(steps))
        self.runs = sum(chunk.runs for chunk in self.every)

    def tables(self, chunk: Chunk) -> Tables:
        """Return what scorers read of the runs of a chunk."""
        return tables_of(chunk, self.files, self._tools, self._setting)

    def frame(self, table: str, chunk: Chunk) -> pl.LazyFrame:
        """Return the rows of a table that are of the runs of a chunk."""
        return chunk.frame(table, self.files)

    def _planned(self, steps: int) -> Sequence[Chunk]:
        planned: list[Chunk] = []
        gathered: list[str] = []
        gathered_runs = gathered_steps = 0

        def close() -> None:
            nonlocal gathered, gathered_runs, gathered_steps
            if gathered:
                planned.append(Chunk(buckets=tuple(gathered), runs=gathered_runs))
            gathered, gathered_runs, gathered_steps = [], 0, 0

        # Buckets that hold scores of runs that are gone count as well: those rows stay.
        for bucket in self.files.holding("runs", "scores"):
            runs = self._steps_of_runs(bucket)
            weight = int(runs["steps"].sum())
            if gathered_steps + weight > steps:
                close()
            if weight > steps:
                planned += _ranges(bucket, runs, steps)
                continue
            gathered.append(bucket)
            gathered_runs += runs.height
            gathered_steps += weight
        close()
        return planned

    def _steps_of_runs(self, bucket: str) -> pl.DataFrame:
        runs = self.files.frame("runs", bucket)
        steps = 1 + pl.col("llm_calls").fill_null(0) + pl.col("calls").fill_null(0)
        return runs.select("run_id", steps=steps.cast(pl.Int64)).sort("run_id").collect()


def tables_of(chunk: Chunk, files: Files, tools: pl.LazyFrame, setting: Setting) -> Tables:
    """Return what scorers read of the runs of a chunk."""
    read = {name: chunk.frame(name, files) for name in ("runs", "calls", "spans", "text")}
    return judged_tables(read, tools, setting)


def judged_tables(
    read: Mapping[str, pl.LazyFrame], tools: pl.LazyFrame, setting: Setting
) -> Tables:
    """Return tables with the faults that the setting's profile sees; texts are left on disk."""
    held = dict(zip(_HELD, pl.collect_all([read[name] for name in _HELD]), strict=True))
    tables = Tables(
        runs=held["runs"].lazy(),
        calls=held["calls"].lazy(),
        spans=held["spans"].lazy(),
        text=read["text"],
        tools=tools,
        setting=setting,
        answer_judge=judge_answers,
    )
    return with_profile_faults(tables)


def _ranges(bucket: str, runs: pl.DataFrame, steps: int) -> list[Chunk]:
    """Return the chunks of one large bucket; together they leave no id out."""
    numbered = runs.with_columns(number=(pl.col("steps").cum_sum() - 1) // steps)
    ranges = numbered.group_by("number", maintain_order=True).agg(
        pl.len().alias("runs"), pl.col("run_id").last().alias("up_to")
    )
    chunks = []
    after: str | None = None
    for _, count, up_to in ranges.iter_rows():
        chunks.append(Chunk(buckets=(bucket,), runs=count, after=after, up_to=up_to))
        after = up_to
    chunks[-1] = replace(chunks[-1], up_to=None)
    return chunks


def _by_bucket(parts: Sequence[Path]) -> dict[str, list[Path]]:
    buckets: dict[str, list[Path]] = {}
    for part in parts:
        buckets.setdefault(part.parent.name.removeprefix("bucket="), []).append(part.absolute())
    return buckets
