"""Scorers for tests, and what installs them in place of all others."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import ClassVar

import polars as pl
import pytest

from midspan.pipelines.scoring import judges, profile_doubts
from midspan.scorers import plugins
from midspan.scorers.profile import Profile
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import Tables
from tests.support.otlp import RUN, Json, Story, call

OTHER = "0" * 31 + "1"


@dataclass(frozen=True, kw_only=True)
class Steps:
    """How many spans a run has."""

    version: ClassVar[str] = "7"
    declares: ClassVar[tuple[Declaration, ...]] = (
        Declaration(
            name="steps", level=Level.RUN, unit="count", better=Better.LOWER, description="Spans."
        ),
    )

    def score(self, tables: Tables) -> pl.LazyFrame:
        return tables.spans.group_by("run_id").agg(
            name=pl.lit("steps").first(), value=pl.len().cast(pl.Float64)
        )


@dataclass(frozen=True, kw_only=True)
class Raises(Steps):
    def score(self, tables: Tables) -> pl.LazyFrame:
        raise RuntimeError("the disk of the scorer is full")


@dataclass(frozen=True, kw_only=True)
class Exits(Steps):
    def score(self, tables: Tables) -> pl.LazyFrame:
        sys.exit(0)


@dataclass(frozen=True, kw_only=True)
class Interrupted(Steps):
    def score(self, tables: Tables) -> pl.LazyFrame:
        raise KeyboardInterrupt


@dataclass(frozen=True, kw_only=True)
class RaisesOnOther(Steps):
    def score(self, tables: Tables) -> pl.LazyFrame:
        if OTHER in tables.runs.collect()["run_id"]:
            raise RuntimeError("no such run please")
        return super().score(tables)


@dataclass(frozen=True, kw_only=True)
class Above(Steps):
    """How many spans a run has beyond some."""

    least: int = 0

    def score(self, tables: Tables) -> pl.LazyFrame:
        return super().score(tables).with_columns(pl.col("value") - self.least)


@dataclass(frozen=True, kw_only=True)
class Half(Steps):
    declares: ClassVar[tuple[Declaration, ...]] = (
        Declaration(
            name="half", level=Level.RUN, unit="share", better=Better.HIGHER, description="Half."
        ),
    )

    def score(self, tables: Tables) -> pl.LazyFrame:
        return tables.runs.select("run_id", name=pl.lit("half"), value=0.5)


@dataclass(frozen=True, kw_only=True)
class Failed(Steps):
    def score(self, tables: Tables) -> pl.LazyFrame:
        return tables.calls.group_by("run_id").agg(
            name=pl.lit("failed").first(), value=pl.col("failed").sum().cast(pl.Float64)
        )


@dataclass(frozen=True, kw_only=True)
class Retries(Steps):
    def score(self, tables: Tables) -> pl.LazyFrame:
        allowed = [
            {"run_id": run_id, "name": "retries", "value": float(task.retries)}
            for run_id, task_id in tables.runs.select("run_id", "task").collect().iter_rows()
            if (task := tables.setting.tasks.get(task_id)) and task.retries is not None
        ]
        return pl.LazyFrame(allowed, schema={"run_id": pl.String, "name": str, "value": float})


@dataclass(frozen=True, kw_only=True)
class Twice(Steps):
    def score(self, tables: Tables) -> pl.LazyFrame:
        once = super().score(tables)
        return pl.concat([once, once])


def installed(monkeypatch: pytest.MonkeyPatch, **scorers: str) -> None:
    points = {
        name: EntryPoint(name, f"{__name__}:{value}" if ":" not in value else value, plugins.GROUP)
        for name, value in scorers.items()
    }

    def available() -> Mapping[str, EntryPoint]:
        return points

    for module in (plugins, judges, profile_doubts):
        monkeypatch.setattr(module, "available", available)


def profile(text: str) -> Profile:
    return Profile.parse(f"profile: p\ncontract: 1\n{text}")


def spans(*, trace: int = 1, run_id: str = RUN) -> list[Json]:
    story = Story(trace=trace, run_id=run_id)
    with story.agent():
        story.llm(call("look", {}, id="a"))
        story.tool("look", id="a")
    return story.spans
