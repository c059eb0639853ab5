"""Where calls ran a program, read a file or wrote one: only candidates are parsed."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import polars as pl

from midspan.scorers.markers.events import events, holds
from midspan.scorers.markers.facts import SHOWN, Facts
from midspan.scorers.markers.globs import (
    literals,
    name_pattern,
    path_hint,
    path_pattern,
    program_hint,
)
from midspan.scorers.markers.recorded import Recorded
from midspan.scorers.markers.steps import CALL
from midspan.scorers.profile.predicates import Command, ReadsPredicate, WritesPredicate

PATCHED: Final = r"\*\*\* |\+\+\+ "
"""Texts in which a patch names files."""

MAY_WRITE: Final = r"[^0-9]>|[0-9]>[^&]|\b(?:tee|sed|perl|cp|mv|install|ln|dd|patch)\b|apply"
"""Shell texts that may write a file."""

Found = tuple[str, str | None, str]
"""What is compared with a glob, what else is compared, and what is told."""


def command_events(command: Command, recorded: Recorded) -> pl.DataFrame:
    """Return the calls that started a program."""
    named = candidates(recorded.of(["shell", "python"]), literals(command.program))
    calls = hinted(named, program_hint(command.program))
    matches = pl.col("glob").str.contains(name_pattern(command.program))
    if command.arguments is not None:
        matches &= holds("more", command.arguments)
    return _events(calls, recorded, _ran, matches)


def read_events(predicate: ReadsPredicate, recorded: Recorded) -> pl.DataFrame:
    """Return the calls that read a file."""
    calls = _with_path(recorded, ["read", "search", "write"], predicate.reads)
    matches = pl.col("glob").str.contains(path_pattern(predicate.reads))
    return _events(calls, recorded, _read, matches)


def write_events(predicate: WritesPredicate, recorded: Recorded) -> pl.DataFrame:
    """Return the calls that wrote a file, or a part of it."""
    calls = _with_path(recorded, ["write"], predicate.writes, shell=MAY_WRITE)
    matches = pl.col("glob").str.contains(path_pattern(predicate.writes))
    if predicate.content is not None:
        matches &= holds("more", predicate.content)
    return _events(calls, recorded, _written, matches)


def _with_path(
    recorded: Recorded, doings: Iterable[str], glob: str, *, shell: str = ""
) -> pl.DataFrame:
    """Return the calls of tools that may name such a path, and of shells that may use it.

    A tool names it as a text of its own, or in a patch; in a shell text its parts may stand apart.
    """
    texts = hinted(candidates(recorded.of(["shell", "python"]), literals(glob)), shell)
    tools = candidates(recorded.of(doings), literals(glob))
    hint = path_hint(glob)
    named = hinted(tools, f"{hint}|{PATCHED}" if hint else "")
    return pl.concat([texts, named]).unique(["run_id", "call"], maintain_order=True)


def hinted(calls: pl.DataFrame, pattern: str) -> pl.DataFrame:
    """Return the calls whose arguments match a pattern; an empty one matches all."""
    return calls.filter(pl.col("arguments").str.contains(pattern)) if pattern else calls


def candidates(calls: pl.DataFrame, texts: Iterable[str]) -> pl.DataFrame:
    """Return the calls whose arguments contain all of some texts."""
    for text in texts:
        calls = calls.filter(pl.col("arguments").str.contains(text, literal=True))
    return calls


def distinct(calls: pl.DataFrame) -> Iterator[tuple[str, str]]:
    """Yield the name and arguments of each kind of call once."""
    return calls.select("name", "arguments").unique(maintain_order=True).iter_rows()


def _events(
    calls: pl.DataFrame,
    recorded: Recorded,
    of: Callable[[Facts], Iterable[Found]],
    matches: pl.Expr,
) -> pl.DataFrame:
    """Return the calls of which something that they did matches."""
    kinds = calls.select("name", "arguments").unique(maintain_order=True).with_row_index("kind")
    numbers: list[int] = []
    found: list[Found] = []
    for number, name, arguments in kinds.iter_rows():
        for one in of(recorded.facts(name, arguments)):
            numbers.append(number)
            found.append(one)
    globs, more, told = zip(*found, strict=True) if found else ((), (), ())
    schema = {"kind": pl.UInt32, "glob": pl.String, "more": pl.String, "told": pl.String}
    frame = pl.DataFrame([numbers, list(globs), list(more), list(told)], schema=schema)
    matched = (
        frame.filter(matches)
        .group_by("kind", maintain_order=True)
        .agg(matched=pl.col("told").unique(maintain_order=True).head(3).str.join("; "))
    )
    rows = calls.join(
        matched.join(kinds, on="kind"), on=["name", "arguments"], maintain_order="left"
    )
    return events(rows.select("run_id", "matched", number="call"), CALL)


def _ran(facts: Facts) -> Iterator[Found]:
    for ran in facts.ran:
        yield ran.program, ran.arguments, ran.source


def _read(facts: Facts) -> Iterator[Found]:
    for path in facts.read:
        yield path, "", path[:SHOWN]


def _written(facts: Facts) -> Iterator[Found]:
    for one in facts.written:
        yield one.path, one.content, one.path[:SHOWN]
