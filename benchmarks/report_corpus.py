"""A scored sweep to report on, of the traces that scoring is measured on."""

import shutil
from pathlib import Path

import polars as pl
from measuring import kept
from scoring_corpus import TABLES, workspace

from midspan.pipelines.workspace import Workspace

TRACES = 10_000
MODELS = ("large", "medium", "small")
REVISIONS = ("v1", "v2")
TRIALS = 10


def sweep(runs: int) -> Workspace:
    """Return a scored workspace of so many runs: three models, two revisions, ten trials a cell."""
    path = kept(f"sweep-{runs}", "corpus.py", "agents.py", "report_corpus.py")
    if not path.exists():
        unfinished = path.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        target = Workspace.create(unfinished)
        _fill(workspace(TRACES), target, runs)
        target.score()
        unfinished.rename(path)
    return Workspace(path)


def _fill(source: Workspace, target: Workspace, runs: int) -> None:
    chosen = source.table("runs").select("run_id").sort("run_id").head(runs).collect()["run_id"]
    moves: dict[Path, Path] = {}
    with target.writing() as scratch:
        for name in TABLES:
            rows = source.files(name).filter(pl.col("run_id").is_in(chosen.implode())).collect()
            if name == "runs":
                rows = _placed(rows.sort("run_id"))
            part = scratch / f"{name}.parquet"
            rows.write_parquet(part, compression="zstd", compression_level=1)
            moves[part] = target.path / name / "bucket=00" / "part-000001-000.parquet"
        tools = scratch / "tools.parquet"
        source.table("tools").collect().write_parquet(tools)
        moves[tools] = target.path / "tools.parquet"
        target.apply(moves=moves, removed=[])


def _placed(runs: pl.DataFrame) -> pl.DataFrame:
    """Return the runs in cells, with checks that the better models pass more often."""
    number = pl.int_range(pl.len())
    cell = number // TRIALS
    variants = len(MODELS) * len(REVISIONS)
    model = cell % len(MODELS)
    revision = cell // len(MODELS) % len(REVISIONS)
    luck = (number * 2_654_435_761 % 1_000) / 1_000
    check = pl.struct(
        pl.lit("right").alias("id"),
        pl.lit("state").alias("kind"),
        (luck > 0.2 + 0.2 * model - 0.1 * revision).alias("passed"),
        pl.lit("as it should be").alias("detail"),
    )
    return runs.with_columns(
        task=pl.format("task-{}", (cell // variants).cast(pl.String).str.zfill(4)),
        model=model.replace_strict(dict(enumerate(MODELS))),
        revision=revision.replace_strict(dict(enumerate(REVISIONS))),
        trial=(number % TRIALS).cast(pl.Int32),
        planned=pl.lit(True),
        experiment=pl.lit("sweep"),
        checks=pl.concat_list(check),
    )
