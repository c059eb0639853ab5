"""MLflow as a taker of spans."""

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import httpx

from midspan.pipelines.publish.exchange import Patience
from midspan.pipelines.publish.span_server import Key, Missing, SpanServer, chunks, json_of
from midspan.scorers.errors import SurroundingsError

TRACES_A_QUERY: Final = 100
WHOLE_TRACES_A_QUERY: Final = 20


class MlflowServer(SpanServer):
    """MLflow: a request is stored as a whole when it answers, so asking once is enough."""

    name = "mlflow"

    def __init__(self, url: str, *, patience: Patience, client: httpx.Client | None = None) -> None:
        """Prepare to ask the server, with a client of its own unless one is given."""
        super().__init__(url, patience=patience, client=client)
        self._experiments: dict[str, str] = {}

    def headers(self, project: str) -> dict[str, str]:
        """Return the header that names the experiment, which is made when it is not there."""
        return {"x-mlflow-experiment-id": self.experiment(project)}

    def present(self, project: str, traces: Sequence[str]) -> set[Key]:
        """Return the spans that the experiment has of some traces.

        Whole traces are read for it: nothing shorter says how much of a trace is there.
        """
        experiment = self._experiments.get(project) or self._find(project)
        found: set[Key] = set()
        if experiment is None:
            return found
        for some in chunks(traces, TRACES_A_QUERY):
            here = [trace for trace, where in self._where(some).items() if where == experiment]
            for few in chunks(here, WHOLE_TRACES_A_QUERY):
                query = {"trace_ids": [f"tr-{trace}" for trace in few]}
                answer = self.ask("GET", "/api/3.0/mlflow/traces/batchGet", params=query)
                for trace in json_of(answer).get("traces", []):
                    trace_id = trace["trace_info"]["trace_id"].removeprefix("tr-")
                    found |= {(trace_id, _span_id(span)) for span in trace.get("spans", [])}
        return found

    def missing(
        self, project: str, sent: Mapping[str, set[str]], stored: Callable[[int], None]
    ) -> Missing:
        """Return the spans of traces that the experiment does not have."""
        found: Missing = {}
        experiment = self.experiment(project)
        for traces in chunks(list(sent), TRACES_A_QUERY):
            where = self._where(traces)
            for trace in traces:
                has = where.get(trace)
                if has == experiment:
                    stored(len(sent[trace]))
                    continue
                reason = (
                    f"its trace is in experiment {has}, and MLflow does not move traces"
                    if has
                    else "accepted, but never stored; see the log of mlflow"
                )
                found |= {(trace, span): reason for span in sent[trace]}
        return found

    def _where(self, traces: Sequence[str]) -> dict[str, str]:
        """Return the experiments of those traces that the server has."""
        body = {"trace_ids": [f"tr-{trace}" for trace in traces]}
        answer = json_of(self.ask("POST", "/api/3.0/mlflow/traces/batchGetInfos", json=body))
        return {
            info["trace_id"].removeprefix("tr-"): str(
                info["trace_location"]["mlflow_experiment"]["experiment_id"]
            )
            for info in answer.get("trace_infos", [])
        }

    def experiment(self, name: str) -> str:
        """Return the id of the experiment with this name, made now when there is none."""
        if name not in self._experiments:
            self._experiments[name] = self._find(name) or self._create(name)
        return self._experiments[name]

    def _find(self, name: str) -> str | None:
        answer = self.ask(
            "GET", "/api/2.0/mlflow/experiments/get-by-name", params={"experiment_name": name}
        )
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        found = json_of(answer, "experiment")["experiment"]
        if found["lifecycle_stage"] == "deleted":
            number = found["experiment_id"]
            raise SurroundingsError(
                f"experiment {name!r} was deleted in MLflow, and keeps its name",
                fix=f"Bring it back: mlflow experiments restore --experiment-id {number}",
            )
        return str(found["experiment_id"])

    def _create(self, name: str) -> str:
        tags = [{"key": "mlflow.experimentKind", "value": "genai_development"}]
        answer = self.ask(
            "POST", "/api/2.0/mlflow/experiments/create", json={"name": name, "tags": tags}
        )
        if "RESOURCE_ALREADY_EXISTS" in answer.text and (other := self._find(name)):
            return other
        return str(json_of(answer, "experiment_id")["experiment_id"])


def _span_id(span: Mapping[str, str]) -> str:
    """Return the id of a span in hex; the server writes it as protobuf's JSON does."""
    return base64.b64decode(span["span_id"]).hex()
