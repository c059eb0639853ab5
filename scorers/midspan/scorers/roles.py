"""What the tool of each call is for: the roles of the profile, as columns."""

from collections.abc import Iterable
from typing import Final

import polars as pl

from midspan.scorers.globs import globs_pattern
from midspan.scorers.setting import Setting
from midspan.scorers.tables import Tables

ROLES: Final = (
    "shell",
    "read",
    "write",
    "search",
    "answer",
    "neutral",
    "terminal",
    "transfer",
    "read_only",
)
"""Roles that a tool has by its name, whatever the task."""

STATE_CHANGING: Final = "state_changing"
"""The tool changes the world: only where the profile or the task's expectation names it."""


def with_roles(calls: pl.LazyFrame, tables: Tables, *roles: str) -> pl.LazyFrame:
    """Return the calls with a true or false column for each role asked for.

    The calls need `run_id` and `name`. Each distinct name of a task is looked at once.
    """
    tasks = tables.runs.select("run_id", "task")
    with_task = calls.join(tasks, on="run_id", how="left", maintain_order="left")
    of_names = (
        with_task.select("task", "name")
        .unique()
        .with_columns(_role(tables.setting, role).alias(role) for role in roles)
    )
    return with_task.join(
        of_names, on=["task", "name"], how="left", nulls_equal=True, maintain_order="left"
    ).drop("task")


def _role(setting: Setting, role: str) -> pl.Expr:
    if role != STATE_CHANGING:
        return _matches(getattr(setting.profile.tools.roles, role))
    changes = _matches(setting.profile.tools.state_changing)
    tasks_of: dict[tuple[str, ...], list[str]] = {}
    for task_id, task in setting.tasks.items():
        if task.expected is not None and task.expected.state_changing:
            tasks_of.setdefault(task.expected.state_changing, []).append(task_id)
    for globs, task_ids in tasks_of.items():
        changes |= pl.col("task").is_in(task_ids).fill_null(False) & _matches(globs)
    return changes


def _matches(globs: Iterable[str]) -> pl.Expr:
    return pl.col("name").str.contains(globs_pattern(globs))
