"""All that a Phoenix holds of a project, as its own API tells it; times of writing left out."""

import json
from collections.abc import Iterator
from typing import Any

import httpx

Json = Any
PAGE = 1000


def project_id(client: httpx.Client, name: str) -> str | None:
    return {row["name"]: row["id"] for row in pages(client, "/v1/projects")}.get(name)


def state(client: httpx.Client, project: str) -> Json:
    """Return spans, annotations, assigned configs, tasks and experiments of a project."""
    number = project_id(client, project)
    return {
        "spans": sorted(spans(client, project)),
        "span": of_midspan(client, project, "span"),
        "trace": of_midspan(client, project, "trace"),
        "configs": sorted(
            json.dumps(row, sort_keys=True)
            for row in pages(client, f"/v1/projects/{number}/annotation_configs")
        ),
        "datasets": {
            row["name"]: examples(client, row["id"])
            for row in pages(client, "/v1/datasets", name=project)
        },
        "experiments": experiments(client, project),
    }


def spans(client: httpx.Client, project: str) -> list[tuple[str, str]]:
    number = project_id(client, project)
    return [
        (row["context"]["trace_id"], row["context"]["span_id"])
        for row in pages(client, f"/v1/projects/{number}/spans")
    ]


def of_midspan(client: httpx.Client, project: str, level: str) -> dict[str, Json]:
    """Return the annotations of ours by what they are about and their name."""
    number = project_id(client, project)
    path = f"/v1/projects/{number}/{level}_annotations"
    found = {}
    for row in pages(client, path, identifier="midspan"):
        key = f"{row[f'{level}_id']} {row['name']}"
        assert key not in found, f"twice: {key}"
        found[key] = {
            "result": row["result"],
            "metadata": row["metadata"],
            "kind": row["annotator_kind"],
        }
    return dict(sorted(found.items()))


def examples(client: httpx.Client, dataset: str) -> list[Json]:
    found = get(client, f"/v1/datasets/{dataset}/examples")["data"]["examples"]
    kept = ("id", "input", "output", "metadata")
    return sorted(({name: row[name] for name in kept} for row in found), key=lambda row: row["id"])


def experiments(client: httpx.Client, project: str) -> dict[str, Json]:
    """Return the experiments of the project's dataset by name."""
    found: dict[str, Json] = {}
    for dataset in pages(client, "/v1/datasets", name=project):
        for row in pages(client, f"/v1/datasets/{dataset['id']}/experiments"):
            assert row["name"] not in found, f"twice: {row['name']}"
            held = client.get(f"/v1/experiments/{row['id']}/json")
            found[row["name"]] = {
                "metadata": row["metadata"],
                "repetitions": row["repetitions"],
                "runs": [_run(one) for one in held.json()] if held.is_success else [],
            }
    return found


def _run(run: Json) -> Json:
    said = {
        one["name"]: [one[key] for key in ("score", "label", "explanation", "metadata")]
        for one in run["annotations"]
    }
    kept = ("input", "output", "trace_id", "repetition_number", "error", "start_time", "end_time")
    return {**{name: run[name] for name in kept}, "said": dict(sorted(said.items()))}


def pages(client: httpx.Client, path: str, **query: Any) -> Iterator[Json]:
    cursor: dict[str, str] = {}
    while True:
        page = get(client, path, limit=PAGE, **query, **cursor)
        yield from page["data"]
        if not page.get("next_cursor"):
            return
        cursor = {"cursor": page["next_cursor"]}


def get(client: httpx.Client, path: str, **query: Any) -> Json:
    return client.get(path, params=query).raise_for_status().json()
