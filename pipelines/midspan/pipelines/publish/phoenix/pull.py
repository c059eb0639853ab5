"""What people said in Phoenix about the steps and runs of a workspace, as score rows."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import polars as pl

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.human_rows import human_rows, people_of, score_name
from midspan.pipelines.publish.phoenix.api import Phoenix
from midspan.pipelines.publish.phoenix.bodies import ID, Level
from midspan.pipelines.publish.phoenix.stale import annotations
from midspan.pipelines.publish.phoenix.units import SERVER, OfRun, by_project, made
from midspan.pipelines.publish.phoenix.work import stored_traces
from midspan.pipelines.publish.plan import Walk, ahead
from midspan.pipelines.publish.publishing import Pulled
from midspan.pipelines.publish.span_server import ServerError
from midspan.pipelines.publish.target import Target
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput, SurroundingsError

HUMAN: Final = "HUMAN"
NO_NAME: Final = "their names hold no letter or digit"
NAMED: Final = 5
"""Projects that are named where there is not the one that was asked for."""

GONE: Final = "phoenix has no trace of their runs in project {!r}: kept as they were pulled before"
TWICE: Final = "of one name, about one run, by one person: the newest is kept"


def pull(workspace: Workspace, target: Target, *, project: str | None) -> Pulled:
    """Return what people said about the workspace's runs; `project` where it is not the run's."""
    left: Counter[str] = Counter()
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    kept: list[pl.DataFrame] = []
    asked = Asked(only=frozenset(), project=project)
    with target.client() as client:
        phoenix = Phoenix(client, target.patience)
        phoenix.require_usable()
        try:
            places = phoenix.projects()
            if project is not None and project not in places:
                raise InvalidInput(
                    f"phoenix at {target.url}: there is no project {project!r}",
                    fix=f"Mend --project; {_named(places)}",
                )
            before = people_of(workspace, SERVER)
            for portion in ahead(Walk(workspace, asked).portions()):
                runs = made(portion, asked).runs
                gone = _gone(runs, set(before["run_id"]), phoenix, places)
                for run in gone:
                    kept.append(before.filter(pl.col("run_id") == run.run_id))
                    left[GONE.format(run.project)] += kept[-1].height
                lost = {run.run_id for run in gone}
                for row in _rows((run for run in runs if run.run_id not in lost), phoenix, places):
                    key = tuple(row.get(name) for name in ("run_id", "span_id", "name", "scorer"))
                    if not row["name"]:
                        left[NO_NAME] += 1
                    elif key in rows:
                        left[TWICE] += 1
                    else:
                        rows[key] = row
        except ServerError as error:
            # Half of what people said would take the other half away.
            raise SurroundingsError(
                f"phoenix at {target.url} cannot be read: {error}",
                fix="When the cause is mended, run it again; nothing was changed.",
            ) from error
    return Pulled(rows=pl.concat([human_rows(list(rows.values())), *kept]), left=left)


def _gone(
    runs: Iterable[OfRun], judged: set[str], phoenix: Phoenix, places: Mapping[str, str]
) -> list[OfRun]:
    """Return those of the judged runs of which the server has nothing: nobody took theirs back."""
    gone: list[OfRun] = []
    for project, of_project in by_project(run for run in runs if run.run_id in judged).items():
        traces = [trace for run in of_project for trace in run.traces]
        place = places.get(project)
        there = stored_traces(phoenix, place, traces) if place is not None else set()
        gone += [run for run in of_project if there.isdisjoint(run.traces)]
    return gone


def _named(places: Mapping[str, str]) -> str:
    names = sorted(places)
    more = ", ..." if len(names) > NAMED else ""
    return f"there are {', '.join(names[:NAMED])}{more}" if names else "there are none."


def _rows(
    runs: Iterable[OfRun], phoenix: Phoenix, places: Mapping[str, str]
) -> Iterator[dict[str, Any]]:
    for project, of_project in by_project(run for run in runs if run.project in places).items():
        for level, whose in _whose(of_project).items():
            for one in annotations(phoenix, places[project], level, whose):
                if one["annotator_kind"] == HUMAN:
                    yield _row(one, level, whose[one[ID[level]]])


def _whose(runs: Iterable[OfRun]) -> dict[Level, dict[str, tuple[str, str]]]:
    """Return the run and the trace of each span, trace and session."""
    found: dict[Level, dict[str, tuple[str, str]]] = {"span": {}, "trace": {}, "session": {}}
    for run in runs:
        found["span"] |= {span: (run.run_id, trace) for trace, span in run.keys}
        found["trace"] |= {trace: (run.run_id, trace) for trace in run.traces}
        if run.is_conversation:
            found["session"][run.session] = (run.run_id, run.traces[0])
    return found


def _row(one: Mapping[str, Any], level: Level, whose: tuple[str, str]) -> dict[str, Any]:
    result = one["result"] or {}
    return {
        "run_id": whose[0],
        "trace_id": whose[1],
        "span_id": one["span_id"] if level == "span" else None,
        "name": score_name(one["name"]),
        "scorer": f"{SERVER}:{one['identifier']}" if one["identifier"] else SERVER,
        "value": result.get("score"),
        "label": result.get("label"),
        "explanation": result.get("explanation"),
    }
