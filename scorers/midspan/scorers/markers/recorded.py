"""The calls of some tables as markers read them, and what was parsed of them so far."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import polars as pl

from midspan.scorers.globs import globs_pattern
from midspan.scorers.markers.facts import Doings, Facts, facts_of
from midspan.scorers.markers.python_code import python_used
from midspan.scorers.markers.python_names import Used
from midspan.scorers.per_tables import once_per_tables
from midspan.scorers.tables import Tables

PYTHON_TOOLS: Final = (
    "python",
    "python3",
    "Python",
    "ipython",
    "python_*",
    "*_python",
    "PythonInterpreter",
    "code_interpreter",
    "execute_code",
    "run_code",
    "execute_ipython_cell",
    "run_ipython",
    "jupyter*",
)
"""Tools that run Python code, which goes on where the call before stopped."""

NOTHING_DONE: Final = ("model.unparseable", "model.unknown_tool", "model.bad_arguments")
"""A call with such a fault did nothing, unless it was executed all the same."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Recorded:
    """The calls that did something, with their arguments; and a memory of what was parsed."""

    calls: pl.DataFrame
    """run_id, call, name, arguments; in order."""
    doings: Mapping[str, Doings]
    """What each tool is for, by name."""
    _facts: dict[tuple[Doings, str], Facts] = field(default_factory=dict)
    _used: dict[str, Used] = field(default_factory=dict)

    def facts(self, name: str, arguments: str) -> Facts:
        """Return what a call did; equal calls are parsed once."""
        key = (self.doings[name], arguments)
        if (known := self._facts.get(key)) is None:
            known = self._facts[key] = facts_of(*key)
        return known

    @property
    def parsed(self) -> tuple[list[tuple[Doings, str]], list[str]]:
        """Return what was parsed so far: arguments, with what their tools are for, and code."""
        return list(self._facts), list(self._used)

    def used(self, code: str) -> Used:
        """Return what code that stands by itself uses; equal code is parsed once."""
        if (known := self._used.get(code)) is None:
            known = self._used[code] = python_used(code)
        return known

    @cached_property
    def _by_doing(self) -> dict[frozenset[str], pl.DataFrame]:
        return {}

    def of(self, doings: Iterable[str]) -> pl.DataFrame:
        """Return the calls of tools that do any of some things."""
        key = frozenset(doings)
        if key not in self._by_doing:
            names = [
                name
                for name, does in self.doings.items()
                if any(getattr(does, doing) for doing in key)
            ]
            self._by_doing[key] = self.calls.filter(pl.col("name").is_in(names))
        return self._by_doing[key]


@once_per_tables
def recorded(tables: Tables) -> Recorded:
    """Return the calls of some tables that did something."""
    names = tables.calls.select(pl.col("name").unique()).collect()["name"].sort()
    doings = _doings(names, tables)
    useful = [name for name, does in doings.items() if any(does)]
    nothing = ~pl.col("executed") & pl.col("fault").cast(pl.String).is_in(NOTHING_DONE)
    calls = (
        tables.calls.filter(
            pl.col("name").is_in(useful),
            pl.col("arguments").is_not_null(),
            ~nothing.fill_null(False),
        )
        .select("run_id", "call", "name", "arguments")
        .collect()
    )
    return Recorded(calls=calls, doings=doings)


def _doings(names: pl.Series, tables: Tables) -> dict[str, Doings]:
    roles = tables.setting.profile.tools.roles
    columns = {
        "shell": roles.shell,
        "read": roles.read,
        "write": roles.write,
        "python": PYTHON_TOOLS,
        "search": ("grep", "Grep", "grep_*", "rg"),
    }
    found = {
        doing: names.str.contains(globs_pattern(globs)).to_list()
        for doing, globs in columns.items()
    }
    return {
        name: Doings(**{doing: found[doing][at] for doing in columns})
        for at, name in enumerate(names.to_list())
    }
