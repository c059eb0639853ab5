"""One partition of a workspace, judged by itself: whole runs in, files of score rows out."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from midspan.pipelines.scoring.chunks import Chunk, Files, tables_of
from midspan.pipelines.scoring.judges import Judge, judged, judges, turned_off
from midspan.pipelines.scoring.tally import Tally
from midspan.pipelines.storage.buckets import bucket_column
from midspan.pipelines.storage.parts import Part, scan, write_part
from midspan.pipelines.storage.soundness import Soundness
from midspan.scorers.setting import Setting
from midspan.scorers.tables import ALL, SCORES

Progress = Callable[[int, int], None]
"""Called with how many scorers of how many are done."""

_ORDER: Final = ("run_id", "call", "name", "span_id")


@dataclass(frozen=True, kw_only=True)
class Judging:
    """What holds for all partitions of one scoring."""

    setting: Setting
    only: Sequence[str] = ()
    compat: Sequence[str] = ()
    buckets: int
    scratch: Path
    """Where files are set down until all of them are there."""

    def judges(self) -> list[Judge]:
        """Return the scorers that run."""
        return judges(self.setting.profile, only=self.only, compat=self.compat)

    def replaced(self, made: Sequence[Judge]) -> pl.Expr:
        """Return whether a row goes: people's, models' and those of scorers at rest stay."""
        ran = [judge.name for judge in made]
        ran += [] if self.only else turned_off(self.setting.profile)
        return (pl.col("source") == "code") & pl.col("scorer").is_in(ran)


@dataclass(frozen=True, kw_only=True)
class Partition:
    """A chunk of a workspace with the files that hold its rows."""

    workspace: Path
    chunk: Chunk
    files: Files
    tools: Sequence[Path]
    listed: Mapping[str, Part]
    """What the workspace's list says of these files."""

    @property
    def name(self) -> str:
        """Return what to call it: the folders of its rows, and which of these."""
        first, last = self.chunk.buckets[0], self.chunk.buckets[-1]
        folders = f"bucket={first}" + (f" to {last}" if last != first else "")
        after, up_to = self.chunk.after, self.chunk.up_to
        bounds = f"{f' after {after}' if after else ''}{f' up to {up_to}' if up_to else ''}"
        return f"{self.workspace}/*/{folders}{f' (runs{bounds})' if bounds else ''}"

    def rows_before(self, path: Path) -> dict[str, str]:
        """Return the name of a file of the scores that one bucket's runs have, written there."""
        rows = self.chunk.frame("scores", self.files).collect().sort(_ORDER)
        if rows.is_empty():
            return {}
        write_part(rows, path)
        return {self.chunk.buckets[0]: path.name}

    def require_sound(self) -> None:
        """Raise where a file is not as it was written."""
        Soundness(self.workspace).require(self.listed, whole=True)


@dataclass(frozen=True, kw_only=True)
class Scored:
    """What came of a partition: the counts, and a file of rows for each bucket."""

    tally: Tally
    files: Mapping[str, str]
    """Their names in the scratch folder."""


def score_partition(
    judging: Judging,
    partition: Partition,
    *,
    made: Sequence[Judge] | None = None,
    progress: Progress = lambda done, of: None,
) -> Scored:
    """Return what came of a partition once its rows stand in files of the scratch folder."""
    made = judging.judges() if made is None else made
    chunk = partition.chunk
    replaced = judging.replaced(made)
    scores = chunk.frame("scores", partition.files)
    kept, names = pl.collect_all(
        [
            scores.filter(~replaced),
            scores.filter(replaced & (pl.col("status") == "ok")).select(pl.col("name").unique()),
        ]
    )
    tools = scan(partition.tools) if partition.tools else ALL["tools"].empty().lazy()
    tools = tools.select(ALL["tools"].schema.names()).collect().lazy()
    new = judged(
        # Of runs that are gone there may be rows to keep, and nothing to judge.
        made if chunk.runs else (),
        tables_of(chunk, partition.files, tools, judging.setting),
        kept=SCORES.validate(kept),
        progress=progress,
    )
    tally = Tally.of(new, names["name"])
    if tally.failed:
        # Perhaps below the scorers: rows are about to go for good, and not for a damaged file.
        partition.require_sound()
    rows = pl.concat([kept, new]).sort(_ORDER).with_columns(bucket=bucket_column(judging.buckets))
    # A worker that was taken for lost may still be writing: each attempt has files of its own.
    token = secrets.token_hex(4)
    files: dict[str, str] = {}
    for (bucket,), frame in rows.partition_by("bucket", as_dict=True, include_key=False).items():
        files[str(bucket)] = f"scores-{bucket}-{token}.parquet"
        write_part(frame, judging.scratch / files[str(bucket)])
    return Scored(tally=tally, files=files)
