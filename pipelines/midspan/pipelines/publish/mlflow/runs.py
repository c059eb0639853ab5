"""Runs in MLflow: one for the sweep, one for each variant below it, found again by a tag."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from midspan.pipelines.publish.mlflow.api import Api

RUN_KEY: Final = "midspan.run_key"
"""A run's identity: MLflow chooses the ids of runs, so ours is a tag."""

NO_MORE: Final = "midspan.metrics_no_more"
"""Names the metrics of scores that are no more: MLflow takes none away."""

PARENT: Final = "mlflow.parentRunId"
KIND: Final = "mlflow.runType"
EVALUATION: Final = "genai_evaluate"
"""What MLflow's own evaluation calls its runs: they stand in the comparison of evaluations."""

NOTE: Final = "mlflow.note.content"
LONGEST_TAG: Final = 8000

MADE: Final = "midspan.made_ms"
"""When a run was made: MLflow knows no other time of it than the one that it is given."""

LINKS_A_REQUEST: Final = 100
METRICS_A_REQUEST: Final = 1000
PARAMS_A_REQUEST: Final = 100

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class RunWish:
    """How a run is to be."""

    key: str
    name: str
    start_ms: int
    end_ms: int
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    dataset: tuple[str, str] | None = None
    """Name and digest of what the runs are of."""

    def content(self) -> list[Any]:
        """Return everything that is wished for, as JSON."""
        fixed = [self.key, self.start_ms, self.end_ms, self.dataset]
        return [*fixed, dict(self.params), dict(self.tags), dict(self.metrics)]


class Runs:
    """The runs of one experiment."""

    def __init__(
        self,
        api: Api,
        experiment: str,
        *,
        dry: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Know the experiment's id; a `dry` one makes nothing, `clock` gives seconds since 1970."""
        self._api = api
        self._experiment = experiment
        self._dry = dry
        self._clock = clock

    def find_or_make(self, wish: RunWish, *, parent: str | None = None) -> str:
        """Return the id of the run with this key, made now where there is none.

        In a dry run that is no id at all.
        """
        key = run_key(wish.key)
        if found := self._found(key):
            return self._first(found)
        if self._dry:
            return ""
        made = {RUN_KEY: key, MADE: str(int(self._clock() * 1000))}
        tags = {**made, **wish.tags, **({PARENT: parent} if parent else {})}
        body = {
            "experiment_id": self._experiment,
            "run_name": wish.name,
            "start_time": wish.start_ms,
            "tags": pairs(tags),
        }
        run = self._api.post("/api/2.0/mlflow/runs/create", body, "run")["run"]
        return self._first(self._found(key) or [str(run["info"]["run_id"])])

    def _first(self, found: Sequence[str]) -> str:
        """Return the run that was made first; of two publishers at once, both go on with it."""
        for other in () if self._dry else found[1:]:
            self._api.post("/api/2.0/mlflow/runs/delete", {"run_id": other})
        return found[0]

    def bring(self, number: str, wish: RunWish) -> list[str]:
        """Make a run as it is wished for, and return what of it cannot be."""
        stored = self.stored(number)
        data = stored.get("data", {})
        params = {one["key"]: one["value"] for one in data.get("params", ())}
        fixed = [name for name, value in wish.params.items() if params.get(name, value) != value]
        new = {name: value for name, value in wish.params.items() if name not in params}
        for some in batches(pairs(new), PARAMS_A_REQUEST):
            self._log(number, params=some)
        there = {one["key"]: one for one in data.get("metrics", ())}
        for some in batches(list(self._metrics(wish, there)), METRICS_A_REQUEST):
            self._log(number, metrics=some)
        tags = self._tags(wish, there, data)
        for some in batches(pairs(tags), PARAMS_A_REQUEST):
            self._log(number, tags=some)
        self._give_dataset(number, wish, stored)
        self._finish(number, wish, stored["info"])
        why = "MLflow lets no parameter of a run change, and {} is another one now"
        return [*(why.format(name) for name in fixed), *self._missing(number, wish, fixed)]

    def link(self, number: str, traces: Sequence[str]) -> None:
        """Make traces those of a run; to do so again changes nothing."""
        for some in batches(traces, LINKS_A_REQUEST):
            body = {"trace_ids": list(some), "run_id": number}
            self._api.post("/api/2.0/mlflow/traces/link-to-run", body)

    def stored(self, number: str) -> Json:
        """Return what the server has of a run."""
        found: Json = self._api.get("/api/2.0/mlflow/runs/get", {"run_id": number}, "run")["run"]
        return found

    def _found(self, key: str) -> list[str]:
        if not self._experiment:
            return []
        body = {
            "experiment_ids": [self._experiment],
            "filter": f"tags.`{RUN_KEY}` = '{key}'",
            "max_results": 100,
        }
        found = self._api.post("/api/2.0/mlflow/runs/search", body).get("runs", ())
        return [str(run["info"]["run_id"]) for run in sorted(found, key=_made)]

    def _metrics(self, wish: RunWish, there: Mapping[str, Json]) -> Iterator[Json]:
        """Yield the metrics that are not there as they are to be; of two times, the later holds."""
        for name, value in wish.metrics.items():
            before = there.get(name)
            if before is None:
                yield {"key": name, "value": value, "timestamp": wish.end_ms, "step": 0}
            elif before["value"] != value:
                now = max(int(self._clock() * 1000), int(before["timestamp"]) + 1)
                yield {"key": name, "value": value, "timestamp": now, "step": 0}

    def _tags(self, wish: RunWish, there: Mapping[str, Json], data: Json) -> dict[str, str]:
        """Return the tags that are not there as they are to be."""
        tags = {one["key"]: one["value"] for one in data.get("tags", ())}
        gone = ", ".join(sorted(there.keys() - wish.metrics.keys()))[:LONGEST_TAG]
        wanted = dict(wish.tags)
        if gone or NO_MORE in tags:
            wanted[NO_MORE] = gone or "none"
        return {name: value for name, value in wanted.items() if tags.get(name) != value}

    def _give_dataset(self, number: str, wish: RunWish, stored: Json) -> None:
        inputs = stored.get("inputs", {}).get("dataset_inputs", ())
        there = {(one["dataset"]["name"], one["dataset"]["digest"]) for one in inputs}
        if wish.dataset is None or wish.dataset in there:
            return
        name, digest = wish.dataset
        dataset = {"name": name, "digest": digest, "source_type": "local", "source": "{}"}
        tags = [{"key": "mlflow.data.context", "value": "eval"}]
        body = {"run_id": number, "datasets": [{"dataset": dataset, "tags": tags}]}
        self._api.post("/api/2.0/mlflow/runs/log-inputs", body)

    def _finish(self, number: str, wish: RunWish, info: Json) -> None:
        if info.get("status") != "FINISHED" or int(info.get("end_time", 0)) != wish.end_ms:
            body = {"run_id": number, "status": "FINISHED", "end_time": wish.end_ms}
            self._api.post("/api/2.0/mlflow/runs/update", body)

    def _missing(self, number: str, wish: RunWish, fixed: Sequence[str]) -> Iterator[str]:
        """Yield what a run has not got, though nothing of it was refused."""
        data = self.stored(number).get("data", {})
        metrics = {one["key"]: one["value"] for one in data.get("metrics", ())}
        params = {one["key"]: one["value"] for one in data.get("params", ())}
        lost = [name for name, value in wish.metrics.items() if metrics.get(name) != value]
        lost += [
            name
            for name, value in wish.params.items()
            if params.get(name) != value and name not in fixed
        ]
        if lost:
            yield f"accepted, but never stored: {', '.join(lost[:5])}"

    def _log(self, number: str, **what: Sequence[Json]) -> None:
        body = {"run_id": number, **{name: list(rows) for name, rows in what.items()}}
        self._api.post("/api/2.0/mlflow/runs/log-batch", body)


def _made(run: Json) -> tuple[int, str]:
    """Return what runs are ordered by; one that does not say when it was made is an older one."""
    tags = {one["key"]: one["value"] for one in run.get("data", {}).get("tags", ())}
    said = tags.get(MADE, "")
    return int(said) if said.isdecimal() else 0, str(run["info"]["run_id"])


def run_key(key: str) -> str:
    """Return what a run is found by among those of its experiment."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def pairs(values: Mapping[str, str]) -> list[Json]:
    """Return names and values as MLflow takes tags and parameters."""
    return [{"key": name, "value": value} for name, value in values.items()]


def batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Yield the items, at most `size` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
