"""Real servers, started once for all integration tests, and a golden run to send to them.

The servers' environments outlive the tests: they lie under MIDSPAN_HOME when it is set, else in the
user's cache. Their data is fresh each time.
"""

import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx
import platformdirs
import pytest

from midspan.instrumentation import environment
from midspan.pipelines.servers import Home, Mlflow, Phoenix, start, stop
from midspan.pipelines.workspace import Workspace
from tests.support.report_files import sweep

INSTALL_SECONDS = 900
"""A first run installs both servers, within the time of the first test that needs them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    needed = {"servers", "server_environments"}
    for item in items:
        if needed & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.servers)
            item.add_marker(pytest.mark.xdist_group("servers"))  # One pair of them for all.
            item.add_marker(pytest.mark.timeout(INSTALL_SECONDS))


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, kw_only=True)
class Servers:
    """The addresses of both servers, and the home they run from."""

    phoenix: str
    mlflow: str
    home: Home


@pytest.fixture(scope="session")
def server_environments() -> Path:
    """The folder of the servers' private environments, kept between test runs."""
    if named := os.environ.get(environment.HOME):
        return Home.at(Path(named)).environments
    return platformdirs.user_cache_path("midspan") / "test-environments"


@pytest.fixture(scope="session")
def servers(
    server_environments: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Servers]:
    """Phoenix and MLflow on fresh data."""
    home = Home(root=tmp_path_factory.mktemp("servers"), environments=server_environments)
    recipes = [Phoenix(port=unused_port()), Mlflow(port=unused_port())]
    try:
        phoenix, mlflow = start(recipes, home)
        yield Servers(phoenix=phoenix.record.url, mlflow=mlflow.record.url, home=home)
    finally:
        for recipe in recipes:
            stop(recipe, home)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser for the pages of one module."""
    from tests.support.read_pages import chromium  # which needs what other modules do not

    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A sweep over two models and two revisions, with every score there is."""
    return sweep(tmp_path_factory.mktemp("shop"), runs=144)


class PhoenixReader:
    """What Phoenix shows of a project, by its public API."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def spans(self, project: str) -> list[dict[str, Any]]:
        answer = self.client.get(f"/v1/projects/{project}/spans", params={"limit": 1000})
        found: list[dict[str, Any]] = answer.raise_for_status().json()["data"]
        return found


class MlflowReader:
    """What MLflow shows of an experiment, by its public API."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def experiment(self, name: str) -> dict[str, Any]:
        path = "/api/2.0/mlflow/experiments/get-by-name"
        answer = self.client.get(path, params={"experiment_name": name})
        found: dict[str, Any] = answer.raise_for_status().json()["experiment"]
        return found

    def search(self, name: str, where: str | None = None) -> list[dict[str, Any]]:
        location = {
            "type": "MLFLOW_EXPERIMENT",
            "mlflow_experiment": {"experiment_id": self.experiment(name)["experiment_id"]},
        }
        body = {"locations": [location], "max_results": 500} | ({"filter": where} if where else {})
        answer = self.client.post("/api/3.0/mlflow/traces/search", json=body)
        found: list[dict[str, Any]] = answer.raise_for_status().json().get("traces", [])
        return found

    def spans(self, *trace_ids: str) -> list[dict[str, Any]]:
        """The spans of some traces, their attributes as plain values."""
        path, query = "/api/3.0/mlflow/traces/batchGet", {"trace_ids": list(trace_ids)}
        traces = self.client.get(path, params=query).raise_for_status().json()["traces"]
        return [
            span | {"attributes": {one["key"]: plain(one["value"]) for one in span["attributes"]}}
            for trace in traces
            for span in trace["spans"]
        ]


def plain(value: dict[str, Any]) -> Any:
    """An attribute value without its type."""
    if "array_value" in value:
        return [plain(one) for one in value["array_value"].get("values", [])]
    if "kvlist_value" in value:
        pairs = value["kvlist_value"].get("values", [])
        return {one["key"]: plain(one.get("value", {})) for one in pairs}
    return next(iter(value.values()), None)


@pytest.fixture
def phoenix(servers: Servers) -> Iterator[PhoenixReader]:
    with httpx.Client(base_url=servers.phoenix, timeout=60) as client:
        yield PhoenixReader(client)


@pytest.fixture
def mlflow(servers: Servers) -> Iterator[MlflowReader]:
    with httpx.Client(base_url=servers.mlflow, timeout=60) as client:
        yield MlflowReader(client)


class GoldenRun(Protocol):
    """Writes one run of five spans and returns its file."""

    def __call__(self, number: int, *, experiment: str | None = None) -> Path: ...


@pytest.fixture
def golden_run(tmp_path: Path) -> GoldenRun:
    """Write run `number` as instrumentation spools it: one OTLP request a line.

    An agent asks the model, looks an order up (which works), converts an amount (which raises), and
    answers: spans agent, llm 1, tool 1, tool 2, llm 2; the ids follow from the number.
    """

    def write(number: int, *, experiment: str | None = None) -> Path:
        path = tmp_path / f"{number:032x}-0.otlp.jsonl"
        lines = [line(span, experiment) for span in golden_spans(number)]
        path.write_text("".join(f"{json.dumps(one)}\n" for one in lines))
        return path

    return write


def golden_spans(number: int) -> list[dict[str, Any]]:
    question, answer = "What is order ORD-1042 in EUR?", "It is 35.88 EUR."
    call_1 = {"type": "tool_call", "id": "call_1", "name": "lookup", "arguments": {"id": 1042}}
    call_2 = {"type": "tool_call", "id": "call_2", "name": "convert", "arguments": {"amount": 39}}
    thought = {"type": "reasoning", "content": "Look it up first."}
    history = [message("system", "Use the tools."), message("user", question)]
    asked = {"role": "assistant", "parts": [call_1, call_2]}
    results = [tool_result("call_1", '{"total": 39.0}'), tool_result("call_2", "Error: no rate")]
    common = {"gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-4.1-mini"}
    failure = {
        "name": "exception",
        "timeUnixNano": str(nanoseconds(number, 25)),
        "attributes": attributes(
            {"exception.type": "LookupError", "exception.message": "no rate for EUR"}
        ),
    }
    chat = {"openinference.span.kind": "LLM", "mlflow.spanType": "CHAT_MODEL", **common}
    chat |= {"gen_ai.operation.name": "chat"}
    agent = {"openinference.span.kind": "AGENT", "mlflow.spanType": "AGENT", **common}
    agent |= {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "shop-agent"}
    return [
        span(number, 1, "invoke_agent shop-agent", 0, 50, 1)
        | {"attributes": agent | {"input.value": question, "output.value": answer}},
        span(number, 2, "chat gpt-4.1-mini", 1, 10, 3)
        | {
            "attributes": chat
            | usage(400, 40)
            | {
                "gen_ai.input.messages": json.dumps(history),
                "gen_ai.output.messages": json.dumps(
                    [
                        {
                            "role": "assistant",
                            "parts": [thought, call_1, call_2],
                            "finish_reason": "tool_call",
                        }
                    ]
                ),
                "output.value": json.dumps([asked | {"finish_reason": "tool_call"}]),
                "output.mime_type": "application/json",
            }
        },
        span(number, 3, "execute_tool lookup", 11, 20, 1)
        | {
            "attributes": tool("lookup", "call_1", '{"id": 1042}')
            | {"gen_ai.tool.call.result": '{"total": 39.0}'}
        },
        span(number, 4, "execute_tool convert", 21, 26, 1)
        | {
            "attributes": tool("convert", "call_2", '{"amount": 39}')
            | {"error.type": "LookupError", "output.value": "LookupError: no rate for EUR"},
            "events": [failure],
            "status": {"code": 2, "message": "LookupError: no rate for EUR"},
        },
        span(number, 5, "chat gpt-4.1-mini", 27, 45, 3)
        | {
            "attributes": chat
            | usage(600, 20)
            | {
                "gen_ai.input.messages": json.dumps([*history, asked, *results]),
                "gen_ai.output.messages": json.dumps(
                    [message("assistant", answer) | {"finish_reason": "stop"}]
                ),
                "output.value": answer,
            }
        },
    ]


def span(number: int, place: int, name: str, start_ms: int, end_ms: int, kind: int) -> Any:
    return {
        "traceId": f"{number:032x}",
        "spanId": f"{number:012x}{place:04x}",
        **({"parentSpanId": f"{number:012x}0001"} if place > 1 else {}),
        "name": name,
        "kind": kind,
        "startTimeUnixNano": str(nanoseconds(number, start_ms)),
        "endTimeUnixNano": str(nanoseconds(number, end_ms)),
        "status": {"code": 1},
    }


def line(span: dict[str, Any], experiment: str | None) -> dict[str, Any]:
    context = {"midspan.experiment": experiment} if experiment else {}
    encoded = span | {"attributes": attributes(span["attributes"] | context)}
    resource = {"attributes": attributes({"service.name": "shop-agent"})}
    scope = {"name": "midspan.instrumentation", "version": "0.1.0"}
    scope_spans = {"scope": scope, "spans": [encoded]}
    return {"resourceSpans": [{"resource": resource, "scopeSpans": [scope_spans]}]}


def message(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def tool_result(call: str, result: str) -> dict[str, Any]:
    return {
        "role": "tool",
        "parts": [{"type": "tool_call_response", "id": call, "response": result}],
    }


def tool(name: str, call: str, arguments: str) -> dict[str, Any]:
    return {
        "openinference.span.kind": "TOOL",
        "mlflow.spanType": "TOOL",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": name,
        "gen_ai.tool.type": "function",
        "gen_ai.tool.call.id": call,
        "gen_ai.tool.call.arguments": arguments,
        "input.value": arguments,
        "input.mime_type": "application/json",
    }


def usage(prompt: int, completion: int) -> dict[str, Any]:
    return {"gen_ai.usage.input_tokens": prompt, "gen_ai.usage.output_tokens": completion}


def attributes(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"key": key, "value": {"intValue": str(v)} if isinstance(v, int) else {"stringValue": v}}
        for key, v in values.items()
    ]


def nanoseconds(number: int, milliseconds: int) -> int:
    return 1_790_000_000_000_000_000 + number * 60_000_000_000 + milliseconds * 1_000_000
