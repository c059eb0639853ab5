"""Everything that an MLflow says of an experiment, by its own API."""

from typing import Any

import httpx

Json = dict[str, Any]


def experiment_id(client: httpx.Client, name: str) -> str:
    """Return the id of an experiment."""
    path = "/api/2.0/mlflow/experiments/get-by-name"
    answer = client.get(path, params={"experiment_name": name}).raise_for_status()
    return str(answer.json()["experiment"]["experiment_id"])


def state(client: httpx.Client, name: str) -> Json:
    """Return traces, runs, links and files, in an order that is the same for the same state."""
    number = experiment_id(client, name)
    found = runs(client, number)
    return {
        "traces": {trace["trace_id"]: _sorted(trace) for trace in traces(client, number)},
        "spans": spans(client, [trace["trace_id"] for trace in traces(client, number)]),
        "runs": {run["info"]["run_name"]: _plain(run) for run in found},
        "linked": {run["info"]["run_name"]: linked(client, number, run) for run in found},
        "files": {run["info"]["run_name"]: files(client, run) for run in found},
    }


def traces(client: httpx.Client, number: str, where: str | None = None) -> list[Json]:
    """Return what is known of the traces, assessments included."""
    location = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": number}}
    body = {"locations": [location], "max_results": 500} | ({"filter": where} if where else {})
    answer = client.post("/api/3.0/mlflow/traces/search", json=body).raise_for_status()
    found: list[Json] = answer.json().get("traces", [])
    return found


def spans(client: httpx.Client, trace_ids: list[str]) -> dict[str, list[str]]:
    """Return the names of the spans of each trace."""
    found = {}
    for start in range(0, len(trace_ids), 20):
        query = {"trace_ids": trace_ids[start : start + 20]}
        answer = client.get("/api/3.0/mlflow/traces/batchGet", params=query).raise_for_status()
        for trace in answer.json()["traces"]:
            names = sorted(span["name"] for span in trace["spans"])
            found[trace["trace_info"]["trace_id"]] = names
    return found


def runs(client: httpx.Client, number: str) -> list[Json]:
    """Return the runs."""
    body = {"experiment_ids": [number], "max_results": 100}
    answer = client.post("/api/2.0/mlflow/runs/search", json=body).raise_for_status()
    found: list[Json] = answer.json().get("runs", [])
    return sorted(found, key=lambda run: str(run["info"]["run_name"]))


def linked(client: httpx.Client, number: str, run: Json) -> list[str]:
    """Return the traces of a run."""
    where = f"run_id = '{run['info']['run_id']}'"
    return sorted(trace["trace_id"] for trace in traces(client, number, where))


def files(client: httpx.Client, run: Json, folder: str = "") -> dict[str, int]:
    """Return the files beside a run, with their sizes."""
    query = {"run_id": run["info"]["run_id"], "path": folder}
    answer = client.get("/api/2.0/mlflow/artifacts/list", params=query).raise_for_status()
    found: dict[str, int] = {}
    for one in answer.json().get("files", []):
        if one["is_dir"]:
            found |= files(client, run, one["path"])
        else:
            found[one["path"]] = int(one["file_size"])
    return found


def assessments(client: httpx.Client, number: str) -> dict[tuple[str, str | None, str], Json]:
    """Return every assessment by trace, span (None: the trace) and name."""
    return {
        (trace["trace_id"], one.get("span_id"), one["assessment_name"]): one
        for trace in traces(client, number)
        for one in trace.get("assessments", [])
    }


def _sorted(trace: Json) -> Json:
    ordered = sorted(trace.get("assessments", []), key=lambda one: str(one["assessment_id"]))
    return {**trace, "assessments": ordered}


def _plain(run: Json) -> Json:
    data = run["data"]
    return {
        "info": run["info"],
        "metrics": {
            one["key"]: (one["value"], one["timestamp"]) for one in data.get("metrics", [])
        },
        "params": {one["key"]: one["value"] for one in data.get("params", [])},
        "tags": {one["key"]: one["value"] for one in data.get("tags", [])},
        "datasets": [one["dataset"] for one in run.get("inputs", {}).get("dataset_inputs", [])],
    }
