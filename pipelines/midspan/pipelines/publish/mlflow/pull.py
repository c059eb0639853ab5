"""What people said in MLflow, as score rows: their feedback on traces and on steps."""

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from midspan.dashboards.mlflow import STEP
from midspan.pipelines.publish.human_rows import human_rows, score_name
from midspan.pipelines.publish.mlflow.api import Api, Gone, Refused
from midspan.pipelines.publish.mlflow.assessments import Json
from midspan.pipelines.publish.mlflow.changes import milliseconds
from midspan.pipelines.publish.mlflow.upsert import TRACES_A_QUERY, Upsert
from midspan.pipelines.publish.publishing import Pulled
from midspan.pipelines.publish.target import Target
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput, SurroundingsError

SERVER: Final = "mlflow"
NO_NAME: Final = "feedback under a name without a letter or digit"
NO_SCORE: Final = "feedback that is neither a number, yes or no, nor a word"
EXPECTED: Final = "expectations, which say what should have been and judge nothing"


def pull(workspace: Workspace, target: Target, *, project: str | None = None) -> Pulled:
    """Return what people said of the workspace's runs; with `project`, in that experiment only."""
    runs = workspace.table("runs").select("run_id", "trace_ids").explode("trace_ids").collect()
    run_of = {f"tr-{trace}": run for run, trace in runs.iter_rows() if trace is not None}
    found: dict[tuple[Any, ...], tuple[int, Json]] = {}
    left: Counter[str] = Counter()
    try:
        with Api(target) as api:
            only = _experiment(api, project) if project is not None else None
            upsert, traces = Upsert(api), list(run_of)
            for start in range(0, len(traces), TRACES_A_QUERY):
                for info in upsert.stored(traces[start : start + TRACES_A_QUERY]).values():
                    where = info["trace_location"].get("mlflow_experiment", {})
                    if only is None or where.get("experiment_id") == only:
                        _read(info, run_of, found, left)
    except (Gone, Refused) as error:
        raise SurroundingsError(
            f"mlflow at {target.url} was not read to the end: {error}",
            fix="Nothing was changed in the workspace. See the log of mlflow, and pull again.",
        ) from error
    return Pulled(rows=human_rows([row for _, row in found.values()]), left=+left)


def _experiment(api: Api, project: str) -> str:
    place = api.place(project, make=False)
    if place is None:
        raise InvalidInput(
            f"mlflow at {api.url} has no experiment {project!r}",
            fix="Name another one with --project, or leave it out to read all that has these runs.",
        )
    return place.experiment


def _read(
    info: Json,
    run_of: Mapping[str, str],
    found: dict[tuple[Any, ...], tuple[int, Json]],
    left: Counter[str],
) -> None:
    """Add what people said of a trace; of what one of them said twice, the later holds."""
    for one in info.get("assessments", ()):
        if one.get("source", {}).get("source_type") != "HUMAN" or not one.get("valid", True):
            continue
        row = _row(one, info["trace_id"], run_of)
        if isinstance(row, str):
            left[row] += 1
            continue
        key = tuple(row.get(name) for name in ("run_id", "trace_id", "span_id", "name", "scorer"))
        when = milliseconds(one["last_update_time"])
        if key not in found or found[key][0] <= when:
            found[key] = (when, row)


def _row(one: Json, trace: str, run_of: Mapping[str, str]) -> Json | str:
    """Return the score row of a person's feedback, or why there is none."""
    if "feedback" not in one:
        return EXPECTED
    name = score_name(one["assessment_name"].removeprefix(STEP))
    if not name:
        return NO_NAME
    score = _score(one["feedback"].get("value"))
    if score is None:
        return NO_SCORE
    who = one["source"].get("source_id") or "default"
    return {
        "run_id": run_of[trace],
        "trace_id": trace.removeprefix("tr-"),
        "span_id": one.get("span_id") or None,
        "name": name,
        "scorer": f"{SERVER}:{who}",
        "explanation": one.get("rationale"),
        **score,
    }


def _score(value: Any) -> Json | None:
    if isinstance(value, bool):
        return {"value": float(value), "label": "pass" if value else "fail"}
    if isinstance(value, int | float) and math.isfinite(value):
        return {"value": float(value)}
    if isinstance(value, str) and value.strip():
        return {"label": value.strip()}
    return None
