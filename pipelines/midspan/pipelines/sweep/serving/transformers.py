"""Transformers, as `transformers serve`."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from midspan.pipelines.servers.recipe import HOST
from midspan.pipelines.sweep.serving.engine import Engine
from midspan.pipelines.sweep.serving.weights import Weights, fetched
from midspan.scorers.suite import Model

if TYPE_CHECKING:
    import httpx

_VERSION_SECONDS: Final = 60


@dataclass(frozen=True, kw_only=True)
class Transformers(Engine):
    """`transformers serve` with one model, loaded before it answers.

    It has no name for a model but where its weights are, and refuses requests for any other name:
    `owner/name@revision` for a revision. So it is started where the model's name, as a relative
    path, leads to the weights.
    """

    name: str = "transformers"
    program: str = "transformers"
    install: str = "pip install 'transformers[serving]' torch"

    def command(self, program: str, model: Model, weights: Weights, port: int) -> list[str]:
        """Return `transformers serve` with the model as the only one it may answer for."""
        serve = model.served_by
        argv = [program, "serve", model.name, "--host", HOST, "--port", str(port)]
        if serve.dtype is not None:
            argv += ["--dtype", serve.dtype]
        return [*argv, *serve.arguments]

    def placed(
        self,
        model: Model,
        weights: Weights,
        directory: Path,
        log: Path,
        variables: Mapping[str, str],
    ) -> Weights:
        """Return the weights, linked under the model's name below the server's directory."""
        serve = model.served_by
        if weights.path is None and (weights.revision or weights.repository != model.name):
            weights = fetched(model, weights, log, variables, seconds=serve.start_seconds)
        if weights.path is None:
            return weights
        link = directory / model.name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(weights.path, target_is_directory=True)
        return replace(weights, path=link)

    def version(self, program: str, client: "httpx.Client", variables: Mapping[str, str]) -> str:
        """Return what `transformers version` prints: the server itself does not tell."""
        try:
            ended = subprocess.run(
                [program, "version"],
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_VERSION_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return ""
        words = ended.stdout.decode(errors="replace").split()
        return words[-1] if ended.returncode == 0 and words else ""

    def settings(self, model: Model) -> dict[str, Any]:
        """Return also the dtype that it takes when none is said."""
        serve = model.served_by
        return {**super().settings(model), "dtype": serve.dtype or "auto"}
