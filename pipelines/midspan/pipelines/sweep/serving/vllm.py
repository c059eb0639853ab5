"""vLLM, as `vllm serve`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from midspan.pipelines.servers.recipe import HOST
from midspan.pipelines.sweep.serving.engine import Engine
from midspan.pipelines.sweep.serving.families import parsers_of
from midspan.pipelines.sweep.serving.weights import Weights
from midspan.scorers.suite import Model

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, kw_only=True)
class Vllm(Engine):
    """vLLM's OpenAI server: tool calls are read by the parser of the model's family."""

    name: str = "vllm"
    program: str = "vllm"
    install: str = "pip install vllm"

    def command(self, program: str, model: Model, weights: Weights, port: int) -> list[str]:
        """Return `vllm serve` with everything said that changes what the model does."""
        serve = model.served_by
        parsers = parsers_of(model.name, serve)
        argv = [program, "serve", str(weights.path or weights.repository)]
        argv += ["--served-model-name", model.name, "--host", HOST, "--port", str(port)]
        if weights.path is None and weights.revision is not None:
            argv += ["--revision", weights.revision]
        if serve.dtype is not None:
            argv += ["--dtype", serve.dtype]
        if serve.max_model_len is not None:
            argv += ["--max-model-len", str(serve.max_model_len)]
        if parsers.tool_call is not None:
            argv += ["--enable-auto-tool-choice", "--tool-call-parser", parsers.tool_call]
        if parsers.reasoning is not None:
            argv += ["--reasoning-parser", parsers.reasoning]
        return [*argv, *serve.arguments]

    def version(self, program: str, client: "httpx.Client", variables: Mapping[str, str]) -> str:
        """Return what `/version` answers."""
        answer = client.get("/version")
        return str(answer.json().get("version", "")) if answer.is_success else ""

    def settings(self, model: Model) -> dict[str, Any]:
        """Return also the parsers, and who chose them."""
        serve = model.served_by
        parsers = parsers_of(model.name, serve)
        return {
            **super().settings(model),
            "dtype": serve.dtype or "auto",
            "tool_call_parser": parsers.tool_call,
            "tool_call_parser_from": "suite" if serve.tool_call_parser else "family",
            "reasoning_parser": parsers.reasoning,
        }
