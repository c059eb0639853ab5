"""What every engine tells: its program, its command, and how it says that it is well."""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midspan.pipelines.sweep.serving.weights import Weights
from midspan.scorers.errors import SurroundingsError
from midspan.scorers.suite import Model

if TYPE_CHECKING:
    import httpx


@dataclass(frozen=True, kw_only=True)
class Engine(ABC):
    """One program that serves models over OpenAI's API."""

    name: str
    program: str
    install: str
    """The command that puts the program there."""
    usual_places: tuple[str, ...] = ()
    """Where images of the engine keep the program outside of PATH."""

    def executable(self, variables: Mapping[str, str]) -> str:
        """Return the path of the program, or say how to get it."""
        if found := shutil.which(self.program, path=variables.get("PATH")):
            return found
        for place in self.usual_places:
            if Path(place).is_file():
                return place
        raise SurroundingsError(
            f"there is no `{self.program}` on PATH to serve models with", fix=self.install
        )

    @abstractmethod
    def command(self, program: str, model: Model, weights: Weights, port: int) -> list[str]:
        """Return the command that serves the model under its own name on `port`."""

    def placed(
        self,
        model: Model,
        weights: Weights,
        directory: Path,
        log: Path,
        variables: Mapping[str, str],
    ) -> Weights:
        """Return the weights as the engine needs them; most fetch what is missing themselves."""
        return weights

    @abstractmethod
    def version(self, program: str, client: "httpx.Client", variables: Mapping[str, str]) -> str:
        """Return the version of the engine; empty when it does not tell."""

    def told(self, model: Model, weights: Weights, client: "httpx.Client") -> dict[str, Any]:
        """Return what is known of the weights only now that they are served."""
        return {}

    def settings(self, model: Model) -> dict[str, Any]:
        """Return what it is told about this model beyond the weights."""
        serve = model.served_by
        return {
            "dtype": serve.dtype,
            "max_model_len": serve.max_model_len,
            "arguments": list(serve.arguments) or None,
        }
