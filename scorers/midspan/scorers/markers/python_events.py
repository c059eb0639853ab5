"""Where calls wrote or ran Python code that uses a name."""

from collections.abc import Iterable, Iterator
from typing import Final

import polars as pl

from midspan.scorers.markers.documents import candidates, distinct
from midspan.scorers.markers.events import EVENTS, events
from midspan.scorers.markers.globs import literals, name_pattern
from midspan.scorers.markers.python_code import python_used
from midspan.scorers.markers.python_names import Names, Used
from midspan.scorers.markers.recorded import Recorded
from midspan.scorers.markers.scripts import script_events
from midspan.scorers.markers.steps import CALL
from midspan.scorers.profile.predicates import Python

_ALONE: Final = ("shell", "write")
_SESSION: Final = ("python", "write")


def python_events(python: Python, recorded: Recorded) -> pl.DataFrame:
    """Return the calls whose code calls or imports a name, or that run a script which does."""
    glob = python.calls or python.imports or ""
    # `a.b`: the parts may stand apart, as in `from a import b`.
    texts = [text for part in glob.split(".") for text in literals(part)]
    calls = python.calls is not None
    alone = _alone(recorded, texts, name_pattern(glob), calls)
    sessions = _sessions(recorded, texts, name_pattern(glob), calls)
    ran = script_events(alone, recorded)
    found = pl.concat([alone.select("run_id", "call", "matched"), sessions, ran])
    if found.is_empty():
        return pl.DataFrame(schema=EVENTS)
    return events(
        found.sort("run_id", "call", maintain_order=True).rename({"call": "number"}), CALL
    )


def _alone(recorded: Recorded, texts: list[str], pattern: str, calls: bool) -> pl.DataFrame:
    """Return the calls with code that stands by itself: run_id, call, name, arguments, matched."""
    found = candidates(recorded.of(_ALONE), texts)
    rows = [
        (name, arguments, one)
        for name, arguments in distinct(found)
        for code in recorded.facts(name, arguments).code
        for one in _names(recorded.used(code), calls)
    ]
    told = _matching(rows, ("name", "arguments"), pattern)
    return found.join(told, on=["name", "arguments"], maintain_order="left")


def _sessions(recorded: Recorded, texts: list[str], pattern: str, calls: bool) -> pl.DataFrame:
    """Return the calls of code that goes on where the call before it stopped.

    A name that one call imports may be used in a later one, so runs are read whole: those in
    which each text stands somewhere.
    """
    cells = recorded.of(_SESSION)
    for text in texts:
        runs = candidates(cells, [text])["run_id"].unique()
        cells = cells.filter(pl.col("run_id").is_in(runs.implode()))
    rows = [
        (str(run_id), str(call), one)
        for run_id, call, used in _used_in_order(cells.sort("run_id", "call"), recorded)
        for one in _names(used, calls)
    ]
    told = _matching(rows, ("run_id", "call"), pattern)
    return told.select("run_id", pl.col("call").cast(pl.Int32), "matched")


def _used_in_order(cells: pl.DataFrame, recorded: Recorded) -> Iterator[tuple[str, int, Used]]:
    run, known = None, Names()
    for run_id, call, name, arguments in cells.iter_rows():
        if run_id != run:
            run, known = run_id, Names()
        for code in recorded.facts(name, arguments).cells:
            yield run_id, call, python_used(code, known)


def _names(used: Used, calls: bool) -> Iterable[str]:
    return used.calls if calls else used.imports


def _matching(rows: list[tuple[str, str, str]], key: tuple[str, str], pattern: str) -> pl.DataFrame:
    """Return the keys with a name that matches, and what matched."""
    frame = pl.DataFrame(rows, schema=dict.fromkeys((*key, "used"), pl.String), orient="row")
    return (
        frame.filter(pl.col("used").str.contains(pattern))
        .group_by(*key, maintain_order=True)
        .agg(matched=pl.col("used").unique(maintain_order=True).head(3).str.join("; "))
    )
