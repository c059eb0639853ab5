"""What the tool of each call is for: the roles of the profile, as columns."""

from collections.abc import Collection, Iterable, Mapping
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


READING: Final = ("read_only", "read", "search")
"""Roles of tools that only look."""


def with_roles(calls: pl.LazyFrame, tables: Tables, *roles: str) -> pl.LazyFrame:
    """Return the calls with a true or false column for each role asked for.

    The calls need `run_id` and `name`. Where they have `tool`, the inner tool of a dispatcher or a
    shell counts as well, and `server/name` has the roles of `name`. What only looks changes no
    state, though its dispatcher is said to change it; where the calls have `alone`, a shell only
    looks if its program runs alone. Each distinct name, of a task where tasks differ, is looked at
    once.
    """
    given = calls.collect_schema().names()
    key: list[str] = [column for column in ("name", "tool", "alone") if column in given]
    tasks_of = _tasks_of(tables.setting) if STATE_CHANGING in roles else {}
    if tasks_of:
        tasks = tables.runs.select("run_id", "task")
        calls = calls.join(tasks, on="run_id", how="left", maintain_order="left")
        key.append("task")
    judge = _Judge(tables.setting, tasks_of, inner="tool" in key, alone="alone" in key)
    judged = calls.select(key).unique().with_columns(judge.role(role).alias(role) for role in roles)
    found = calls.join(judged, on=key, how="left", nulls_equal=True, maintain_order="left")
    return found.drop("task") if tasks_of else found


class _Judge:
    """Says of calls whether they have a role."""

    def __init__(
        self,
        setting: Setting,
        tasks_of: Mapping[tuple[str, ...], Collection[str]],
        *,
        inner: bool,
        alone: bool,
    ) -> None:
        self._tools = setting.profile.tools
        self._tasks_of = tasks_of
        self._inner = inner
        self._alone = pl.col("alone") if alone else pl.lit(True)

    def role(self, role: str) -> pl.Expr:
        """Return whether calls have a role by their name, or their inner tool."""
        by_name = self._named(role, pl.col("name"))
        if not self._inner:
            return by_name
        inside = self._inside(role)
        if role in READING:
            return by_name | (inside & self._alone)
        if role == STATE_CHANGING:
            looks = pl.any_horizontal(self._inside(role) for role in READING) & self._alone
            return (by_name | inside) & ~looks
        return by_name | inside

    def _inside(self, role: str) -> pl.Expr:
        tool = pl.col("tool")
        last = tool.str.replace(r"^.*/", "")
        return (tool != pl.col("name")) & (self._named(role, tool) | self._named(role, last))

    def _named(self, role: str, name: pl.Expr) -> pl.Expr:
        if role != STATE_CHANGING:
            return _matches(name, getattr(self._tools.roles, role))
        changes = _matches(name, self._tools.state_changing)
        for globs, task_ids in self._tasks_of.items():
            of_task = pl.col("task").is_in(task_ids).fill_null(False)
            changes |= of_task & _matches(name, globs)
        return changes


def _tasks_of(setting: Setting) -> dict[tuple[str, ...], list[str]]:
    """Return the tasks that name state-changing tools, by the globs that they name."""
    tasks_of: dict[tuple[str, ...], list[str]] = {}
    for task_id, task in setting.tasks.items():
        if task.expected is not None and task.expected.state_changing:
            tasks_of.setdefault(task.expected.state_changing, []).append(task_id)
    return tasks_of


def _matches(name: pl.Expr, globs: Iterable[str]) -> pl.Expr:
    return name.str.contains(globs_pattern(globs))
