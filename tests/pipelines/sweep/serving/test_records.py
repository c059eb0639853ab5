"""What is written down of how a model was served, and which models are not ours to serve."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from opentelemetry.sdk.resources import OTELResourceDetector

from midspan.pipelines.servers import ports
from midspan.scorers.errors import SurroundingsError
from tests.pipelines.sweep.serving.conftest import Serving
from tests.support.engine_programs import Programs


@pytest.fixture
def endpoint() -> Iterator[str]:
    """Give the address of a server that asks everybody for a key."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(401)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    server.shutdown()
    server.server_close()


def test_every_sdk_reads_the_attributes_back(
    programs: Programs, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs.add("vllm", model="Qwen/Qwen3-8B", version="0.33.0, own build")
    variables = {
        "MIDSPAN_FLAVOR": "a10g-large",
        "MIDSPAN_IMAGE": "vllm/vllm-openai:v0.33.0@sha256:0a",
    }
    serve = {"max_model_len": 4096}
    with serving("Qwen/Qwen3-8B", revision="v1", serve=serve, variables=variables) as server:
        monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", server.resource_attributes())
        assert server.hardware.flavor == "a10g-large"
        assert dict(OTELResourceDetector().detect().attributes) == server.attributes
        assert server.attributes == {
            "midspan.serve.engine": "vllm",
            "midspan.serve.version": "0.33.0, own build",
            "midspan.serve.image": "vllm/vllm-openai:v0.33.0@sha256:0a",
            "midspan.serve.weights": "Qwen/Qwen3-8B",
            "midspan.serve.revision": "v1",
            "midspan.serve.tool_call_parser": "hermes",
            "midspan.serve.reasoning_parser": "qwen3",
            "midspan.serve.dtype": "auto",
            "midspan.serve.max_model_len": "4096",
            "midspan.hardware.flavor": "a10g-large",
        }


def test_an_endpoint_is_looked_for_and_recorded(endpoint: str, serving: Serving) -> None:
    with serving(endpoint=endpoint, revision="2026-10", key_env="LLM_KEY") as server:
        assert server.base_url == endpoint
        assert server.record == {"endpoint": endpoint, "revision": "2026-10"}
        assert server.alive()
        assert server.failure() is None
        assert server.gpu.watch().finished() is None


def test_an_endpoint_where_nothing_answers(serving: Serving) -> None:
    address = f"http://127.0.0.1:{ports.unused()}/v1"
    with pytest.raises(SurroundingsError, match=f"org/model: nothing answers at {address}: "):
        serving(endpoint=address).__enter__()


def test_a_model_that_the_agent_reaches_by_itself(serving: Serving) -> None:
    with serving() as server:
        assert server.base_url is None
        assert server.record == {}
        assert server.resource_attributes() == ""
