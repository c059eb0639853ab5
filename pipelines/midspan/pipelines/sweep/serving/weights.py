"""Where the weights of a model are: on this machine, or in a repository on the Hub."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from midspan.instrumentation import environment
from midspan.pipelines.servers.logs import tail
from midspan.pipelines.sweep.serving.gguf import meant_file
from midspan.scorers.errors import SurroundingsError
from midspan.scorers.suite import Model


@dataclass(frozen=True, kw_only=True)
class Weights:
    """The weights of one model: a folder or file when `path` is there, else a repository."""

    repository: str | None
    revision: str | None
    path: Path | None = None


def repository_of(model: Model) -> str | None:
    """Return the repository of a served model's weights; None when they are a path.

    >>> repository_of(Model.model_validate({"name": "Qwen/Qwen3-14B", "serve": {}}))
    'Qwen/Qwen3-14B'
    """
    serve = model.serve
    if serve is None or serve.path:
        return None
    return (serve.weights or model.name).partition(":")[0]


def weights_of(model: Model, variables: Mapping[str, str] = os.environ) -> Weights:
    """Return where the weights are, without fetching any.

    A folder with the model's name below MIDSPAN_WEIGHTS comes before the Hub: whoever put it there
    has seen to the revision.
    """
    serve = model.served_by
    if serve.path:
        path = Path(serve.path).expanduser()
        if not path.exists():
            raise SurroundingsError(
                f"{model.name}: there are no weights at {path}",
                fix="Name a folder or file of this machine, or a repository: serve: {weights: ...}",
            )
        return Weights(repository=None, revision=model.revision, path=_file(model, path))
    if folder := variables.get(environment.WEIGHTS):
        placed = Path(folder, model.name)
        if placed.is_dir():
            return Weights(
                repository=repository_of(model),
                revision=variables.get(environment.WEIGHTS_REVISION) or model.revision,
                path=_file(model, placed.absolute()),
            )
    return Weights(repository=repository_of(model), revision=model.revision)


def fetched(
    model: Model, weights: Weights, log: Path, variables: Mapping[str, str], *, seconds: float
) -> Weights:
    """Return the weights on this machine, by `hf download`, which keeps them in its cache.

    For engines that cannot be told a revision themselves.
    """
    serve = model.served_by
    assert weights.repository is not None
    program = shutil.which("hf", path=variables.get("PATH"))
    if program is None:
        raise SurroundingsError(
            f"{model.name}: its weights must be fetched, and there is no `hf` on PATH",
            fix="pip install huggingface_hub",
        )
    argv = [program, "download", weights.repository, *([serve.file] if serve.file else [])]
    if weights.revision:
        argv += ["--revision", weights.revision]
    try:
        with log.open("ab") as output:
            ended = subprocess.run(
                [*argv, "--quiet"],
                env=dict(variables),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=output,
                timeout=seconds,
                check=False,
            )
    except subprocess.TimeoutExpired:
        raise SurroundingsError(
            f"{model.name}: its weights were not there after {seconds:g} s; {log} ends with\n"
            f"{tail(log)}",
            fix="Give it longer: serve: {start_seconds: ...}",
        ) from None
    said = ended.stdout.decode(errors="replace").split("\n")
    path = Path(next((line for line in reversed(said) if line.strip()), "").strip())
    if ended.returncode != 0 or not path.is_absolute() or not path.exists():
        raise SurroundingsError(
            f"{model.name}: `hf download {weights.repository}` failed with exit code "
            f"{ended.returncode}; {log} ends with\n{tail(log)}",
            fix="For a gated or private repository log in first: hf auth login",
        )
    return Weights(repository=weights.repository, revision=weights.revision, path=path)


def _file(model: Model, path: Path) -> Path:
    """Return the one .gguf file for llama.cpp, the folder for the others."""
    if model.served_by.engine != "llama-cpp" or path.is_file():
        return path
    names = (file.relative_to(path).as_posix() for file in path.rglob("*.gguf"))
    return path / meant_file(model, names, where=str(path))
