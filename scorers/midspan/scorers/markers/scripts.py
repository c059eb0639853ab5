"""Where calls run a Python file that an earlier call of the run wrote."""

import polars as pl

from midspan.scorers.markers.recorded import Recorded
from midspan.scorers.markers.shell import Written

_COLUMNS = {"run_id": pl.String, "call": pl.Int32, "matched": pl.String}


def script_events(wrote: pl.DataFrame, recorded: Recorded) -> pl.DataFrame:
    """Return the calls that run a script, where the call that last wrote it uses the name.

    `wrote`: run_id, call, matched of the calls whose code uses the name. Writing a file anew
    forgets what it held; an edit does not.
    """
    told = {(run_id, call): said for run_id, call, said in _keys(wrote)}
    names = _names_of_files(wrote, recorded)
    runs = pl.Series("run_id", list(names), pl.String)
    calls = recorded.of(["shell", "write"]).filter(pl.col("run_id").is_in(runs.implode()))
    found: list[tuple[str, int, str]] = []
    run, held = None, dict[str, str | None]()
    for run_id, call, name, arguments in calls.sort("run_id", "call").iter_rows():
        if run_id != run:
            run, held = run_id, {}
        if not any(one in arguments for one in names[run_id]):
            continue
        facts = recorded.facts(name, arguments)
        said = told.get((run_id, call))
        if said is None:
            hits = [held[path] for script in facts.scripts for path in held if same(path, script)]
            if (hit := next((one for one in hits if one), None)) is not None:
                found.append((run_id, call, f"{hit} in {facts.scripts[0]}"))
        for one in facts.written:
            _hold(held, one, said)
    return pl.DataFrame(found, schema=_COLUMNS, orient="row")


def same(one: str, other: str) -> bool:
    """Return whether two paths may name the same file: the shorter ends the longer.

    >>> same("/home/me/run.py", "run.py"), same("rerun.py", "run.py")
    (True, False)
    """
    return one == other or one.endswith(f"/{other}") or other.endswith(f"/{one}")


def _hold(held: dict[str, str | None], one: Written, said: str | None) -> None:
    if said is not None:
        held[one.path] = said
    elif one.whole:
        for path in [path for path in held if same(path, one.path)]:
            held[path] = None


def _names_of_files(wrote: pl.DataFrame, recorded: Recorded) -> dict[str, set[str]]:
    """Return the names of the files that some calls wrote, by run."""
    names: dict[str, set[str]] = {}
    for run_id, name, arguments in wrote.select("run_id", "name", "arguments").iter_rows():
        for one in recorded.facts(name, arguments).written:
            names.setdefault(run_id, set()).add(one.path.rsplit("/", 1)[-1])
    return names


def _keys(wrote: pl.DataFrame) -> list[tuple[str, int, str]]:
    return wrote.select("run_id", "call", "matched").rows()
