import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from midspan.instrumentation.proxy import Origin, ProxySettings
from midspan.instrumentation.proxy.server import running
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from tests.instrumentation.proxy.upstream import Answer, Upstream, upstream

Json = dict[str, Any]
RUN = "invoke_agent agent"


class Proxied:
    """A proxy before a scripted upstream; `spans` stops it and reads what it wrote."""

    def __init__(self, stack: ExitStack, server: Upstream, url: str, spool: Path) -> None:
        self._stack = stack
        self.server = server
        self.url = url
        self.spool = spool
        self.client = stack.enter_context(httpx.Client(base_url=url, timeout=30))

    def chat(self, *messages: Json, path: str = "/v1/chat/completions", **more: Any) -> Any:
        headers = more.pop("headers", {})
        body = {"model": "m-1", "messages": list(messages), **more}
        return self.client.post(path, json=body, headers=headers)

    def stop(self) -> None:
        self._stack.close()

    def spans(self) -> list[Json]:
        """The spans of steps in order of their start, each with its attributes as a dictionary."""
        return [span for span in self.all_spans() if span["name"] != RUN]

    def all_spans(self) -> list[Json]:
        """The same, and those around whole runs."""
        self.stop()
        found: list[Json] = []
        for file in self.spool.glob("*.otlp.jsonl"):
            for line in file.read_text(encoding="utf-8").splitlines():
                (resource,) = json.loads(line)["resourceSpans"]
                (scope,) = resource["scopeSpans"]
                found += [_plain(span) for span in scope["spans"]]
        return sorted(found, key=lambda span: (span["startTimeUnixNano"], span["name"]))

    def ingested(self) -> Workspace:
        """The workspace that comes of it."""
        self.stop()
        ingest([self.spool], self.spool.parent / "ws")
        return Workspace(self.spool.parent / "ws")


def _plain(span: Json) -> Json:
    return span | {"attributes": {a["key"]: _value(a["value"]) for a in span["attributes"]}}


def _value(value: Json) -> Any:
    ((kind, inner),) = value.items()
    if kind == "arrayValue":
        return [_value(each) for each in inner["values"]]
    return int(inner) if kind == "intValue" else inner


Start = Callable[..., Proxied]


@pytest.fixture
def proxied(tmp_path: Path) -> Iterator[Start]:
    """Starts a proxy before an upstream that answers so."""
    with ExitStack() as everything:

        def start(answer: Answer, **chosen: Any) -> Proxied:
            stack = everything.enter_context(ExitStack())
            server = stack.enter_context(upstream(answer))
            spool = tmp_path / "spool"
            given = ProxySettings(upstream=Origin.parse(server.url), spool=str(spool))
            url = stack.enter_context(running(replace(given, **chosen)))
            return Proxied(stack, server, url, spool)

        yield start
