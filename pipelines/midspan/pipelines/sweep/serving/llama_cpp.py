"""llama.cpp, as `llama-server`."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midspan.pipelines.servers.recipe import HOST
from midspan.pipelines.sweep.serving.engine import Engine
from midspan.pipelines.sweep.serving.gguf import quantisation_asked, quantisation_in
from midspan.pipelines.sweep.serving.weights import Weights, fetched
from midspan.scorers.suite import Model

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, kw_only=True)
class LlamaCpp(Engine):
    """llama.cpp's server: tool calls are read by the chat template in the weights."""

    name: str = "llama-cpp"
    program: str = "llama-server"
    install: str = (
        "Install llama.cpp (https://github.com/ggml-org/llama.cpp/blob/master/docs/install.md)"
    )
    usual_places: tuple[str, ...] = ("/app/llama-server",)

    def command(self, program: str, model: Model, weights: Weights, port: int) -> list[str]:
        """Return `llama-server` with the file, or with the repository that it fetches itself."""
        serve = model.served_by
        argv = [program]
        if weights.path is not None:
            argv += ["--model", str(weights.path)]
        else:
            argv += ["--hf-repo", serve.weights or model.name]
        argv += ["--alias", model.name, "--host", HOST, "--port", str(port), "--jinja"]
        if serve.max_model_len is not None:
            argv += ["--ctx-size", str(serve.max_model_len)]
        return [*argv, *serve.arguments]

    def placed(
        self,
        model: Model,
        weights: Weights,
        directory: Path,
        log: Path,
        variables: Mapping[str, str],
    ) -> Weights:
        """Return the weights as a file where a file is named: it knows no revisions itself."""
        serve = model.served_by
        if weights.path is None and serve.file is not None:
            return fetched(model, weights, log, variables, seconds=serve.start_seconds)
        return weights

    def version(self, program: str, client: "httpx.Client", variables: Mapping[str, str]) -> str:
        """Return the build that `/props` names."""
        return str(_properties(client).get("build_info", ""))

    def settings(self, model: Model) -> dict[str, Any]:
        """Return also the file of the weights, where the suite names one."""
        return {**super().settings(model), "file": model.served_by.file}

    def told(self, model: Model, weights: Weights, client: "httpx.Client") -> dict[str, Any]:
        """Return the file that is served, and as dtype its quantisation.

        Of a repository without a quantisation it chooses the file itself.
        """
        path = weights.path or _properties(client).get("model_path")
        file = Path(str(path)).name if path else model.served_by.file
        quantised = quantisation_in(file or "") or quantisation_asked(model)
        return {"file": model.served_by.file or file, "dtype": quantised}


def _properties(client: "httpx.Client") -> dict[str, Any]:
    answer = client.get("/props")
    found = answer.json() if answer.is_success else {}
    return found if isinstance(found, dict) else {}
