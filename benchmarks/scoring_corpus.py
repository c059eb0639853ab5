"""Workspaces of agent traces to score, made once and kept, and what their tasks expect."""

import json
import shutil
from pathlib import Path

import polars as pl
from agents import Agents
from corpus import write
from measuring import kept

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from midspan.scorers.setting import Setting, TaskSetting, default_profile
from midspan.scorers.suite import ExpectedCalls
from midspan.scorers.tables import Tables

TABLES = ("spans", "text", "runs", "calls")
FILES = 8


def workspace(traces: int) -> Workspace:
    """Return a workspace of so many traces."""
    path = kept(f"traces-{traces}", "corpus.py", "agents.py", "scoring_corpus.py")
    if not path.exists():
        files, unfinished = path.with_suffix(".otlp"), path.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        write(files, traces, files=FILES, make=Agents)
        ingest([files], unfinished, workers=1)
        shutil.rmtree(files)
        unfinished.rename(path)
    return Workspace(path)


def repeated(workspace: Workspace, times: int) -> Workspace:
    """Return a workspace of the same runs, so many times over under other ids."""
    path = workspace.path.with_name(f"{workspace.path.name}-x{times}")
    if not path.exists():
        unfinished = path.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        _repeat(workspace, Workspace.create(unfinished), times)
        unfinished.rename(path)
    return Workspace(path)


def _repeat(source: Workspace, target: Workspace, times: int) -> None:
    moves: dict[Path, Path] = {}
    with target.writing() as scratch:
        for name in TABLES:
            rows = source.files(name).collect()
            for number in range(times):
                # Ids stay as long as they were, and those of one copy stay together.
                new_id = f"{number:02x}" + pl.col("run_id").str.slice(2)
                part = scratch / f"{name}-{number}.parquet"
                copy = rows.with_columns(run_id=new_id).sort("run_id", maintain_order=True)
                copy.write_parquet(part, compression="zstd", compression_level=1)
                moves[part] = target.path / name / "bucket=00" / f"part-000001-{number:03d}.parquet"
        tools = scratch / "tools.parquet"
        source.table("tools").collect().write_parquet(tools)
        moves[tools] = target.path / "tools.parquet"
        target.apply(moves=moves, removed=[])


def expectations(tables: Tables) -> Setting:
    """Return a setting in which each task expects the calls of one of its runs that went well."""
    chosen = tables.runs.group_by("task").agg(pl.col("run_id").min())
    wanted = tables.calls.filter(~pl.col("failed")).join(chosen, on="run_id").sort("run_id", "call")
    of_task: dict[str, list[dict[str, object]]] = {}
    for task, name, arguments in wanted.select("task", "name", "arguments").collect().iter_rows():
        call = {"name": name, "arguments": json.loads(arguments)}
        of_task.setdefault(task, []).append(call)
    return Setting(
        profile=default_profile(),
        tasks={
            task: TaskSetting(expected=ExpectedCalls.model_validate({"calls": calls}))
            for task, calls in of_task.items()
        },
    )
