"""Workspaces to report on: a small scored sweep, as often over as it takes for so many runs."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl

from midspan.dashboards.report.page import Bundle
from midspan.pipelines.reporting.gathering import Gathered, Judged, gathered
from midspan.pipelines.reporting.packing import unpacked
from midspan.pipelines.reporting.report import Report, report
from midspan.pipelines.workspace import Workspace
from tests.support.shop_runs import RUNS, shop_spans
from tests.support.workspaces import ingested, put

NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
PROGRAM = Bundle(script="/* the program */", style="/* its looks */")
MODELS = ("large", "small")
TASKS = 20
"""Times over that the two tasks are there."""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A report as a reader's page has it."""

    report: Report
    document: dict[str, Any]
    blocks: list[dict[str, Any]]

    def steps(self, run: int) -> dict[str, dict[str, list[Any]]]:
        """Return the spans, calls and scores of a run by its place."""
        columns = self.document["runs"]
        block, row = self.blocks[columns["block"][run]], columns["row"][run]
        assert block["runs"][row] == columns["id"][run]
        found = {}
        for part in ("spans", "calls", "scores"):
            first, last = block[part]["start"][row : row + 2]
            found[part] = {
                name: values[first:last]
                for name, values in _restored(part, block[part]).items()
                if name != "start"
            }
        return found


def _restored(part: str, table: dict[str, Any]) -> dict[str, list[Any]]:
    """Return the columns of a table with objects in the place of texts that are cut."""
    columns = {name: list(values) for name, values in table.items() if name != "cut"}
    for name, lengths in table["cut"].items():
        for row, length in lengths.items():
            cut = columns[name][int(row)]
            key = f"{part}.{name}.{row}"
            columns[name][int(row)] = {"cut": cut, "length": length, "key": key}
    return columns


def opened(workspace: Workspace, **options: Any) -> Opened:
    """Return the report of a workspace, read as its page is read."""
    made = report(found(workspace), PROGRAM, folder="report-files", **options)
    return read(made)


def found(workspace: Workspace) -> Gathered:
    """Return what a report of a workspace is made of."""
    judged = Judged.of(workspace.path, suite=None, profile=None)
    return gathered(workspace, judged, now=NOW)


def read(made: Report) -> Opened:
    """Return what stands in a page and beside it."""
    document = unpacked(_between(made.page, 'id="document">'))
    blocks = []
    for number, told in enumerate(document["blocks"]):
        if told["file"] is None:
            blocks.append(unpacked(_between(made.page, f'data-block="{number}">')))
        else:
            blocks.append(unpacked(given(made, told["file"])))
    return Opened(report=made, document=document, blocks=blocks)


def given(made: Report, name: str) -> str:
    """Return what a script beside the page gives to it."""
    return _between(made.beside[name], ',"', '")')


def shops(directory: Path, *, runs: int) -> Workspace:
    """Return a scored workspace of so many runs, 8 or more: of v2 all succeed, of v1 each other."""
    one = ingested(directory / "one", shop_spans(experiment="shop", number=1))
    tables = {name: one.table(name).collect() for name in ("runs", "spans", "text", "calls")}
    checked = tables["runs"].with_columns(planned=pl.lit(True), checks=_checks())
    base = Workspace.create(directory / "base")
    for name, frame in {**tables, "runs": checked}.items():
        put(base, name, frame)
    base.score()
    workspace = Workspace.create(directory / "ws")
    times = -(-runs // RUNS)
    kept = _again(base.table("runs").collect(), times).sort("run_id").head(runs)["run_id"]
    for name in ("runs", "spans", "text", "calls", "scores"):
        rows = _again(base.table(name).collect(), times)
        put(workspace, name, rows.filter(pl.col("run_id").is_in(kept.implode())))
    return workspace


def _checks() -> pl.Expr:
    passed = (pl.col("revision") == "v2") | (pl.col("trial") == 1)
    check = pl.struct(
        pl.lit("right").alias("id"),
        pl.lit("state").alias("kind"),
        passed.alias("passed"),
        pl.when(~passed).then(pl.lit("it is not")).alias("detail"),
    )
    return pl.concat_list(check)


def _again(rows: pl.DataFrame, times: int) -> pl.DataFrame:
    """Return the rows so many times over: of other ids, tasks, models and trials."""
    copies = []
    for number in range(times):
        # The copy comes first: the first runs by id are whole copies.
        copy = rows.with_columns(
            run_id=pl.format("{}{}", pl.lit(f"{number:04x}"), pl.col("run_id").str.slice(4))
        )
        if "task" in rows.columns:
            again = number // (TASKS * len(MODELS))
            copy = copy.with_columns(
                task=pl.format("{}-{}", "task", pl.lit(f"{number // len(MODELS) % TASKS:02}")),
                model=pl.lit(MODELS[number % len(MODELS)]),
                trial=(pl.col("trial") + 2 * again).cast(pl.Int32),
            )
        copies.append(copy)
    return pl.concat(copies).sort("run_id", maintain_order=True)


def _between(text: str, begin: str, end: str = "</script>") -> str:
    start = text.index(begin) + len(begin)
    return text[start : text.index(end, start)]
