"""Has a model answer while a block runs: starts its server, awaits it, and ends it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from midspan.pipelines.records import HardwareRecord
from midspan.pipelines.servers import ports
from midspan.pipelines.servers.home import Say, say_nothing
from midspan.pipelines.servers.recipe import HOST
from midspan.pipelines.sweep.serving.endpoint import require_reachable
from midspan.pipelines.sweep.serving.engine import Engine
from midspan.pipelines.sweep.serving.gpu import Sampler, devices, sampled
from midspan.pipelines.sweep.serving.health import PROBE_SECONDS, await_health, require_answer
from midspan.pipelines.sweep.serving.llama_cpp import LlamaCpp
from midspan.pipelines.sweep.serving.process import PATIENCE_SECONDS, Server
from midspan.pipelines.sweep.serving.record import known
from midspan.pipelines.sweep.serving.served import Served
from midspan.pipelines.sweep.serving.transformers import Transformers
from midspan.pipelines.sweep.serving.variables import flavor_of, image_here, server_variables
from midspan.pipelines.sweep.serving.vllm import Vllm
from midspan.pipelines.sweep.serving.weights import Weights, weights_of
from midspan.scorers.suite import Model

ENGINES: Final[Mapping[str, Engine]] = {
    engine.name: engine for engine in (Vllm(), Transformers(), LlamaCpp())
}


@contextmanager
def served(
    model: Model,
    directory: Path,
    log: Path,
    *,
    say: Say = say_nothing,
    variables: Mapping[str, str] = os.environ,
    patience: float = PATIENCE_SECONDS,
) -> Iterator[Served]:
    """Give the model with its address, once it has answered.

    A model with `serve` gets a server of its own on a free port of 127.0.0.1, which works in
    `directory`, writes to `log` and ends with the block, or when this process is killed; one with
    `endpoint` is only looked for. What does not come up is a `SurroundingsError`.
    """
    if model.serve is None:
        yield _elsewhere(model, variables)
        return
    engine = ENGINES[model.served_by.engine]
    environment = server_variables(variables)
    # Asked first: both are cheap, and what is wrong with them is told before anything starts.
    settings, program = engine.settings(model), engine.executable(environment)
    directory.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    found = weights_of(model, variables)
    weights = engine.placed(model, found, directory, log, environment)
    with ExitStack() as stack:
        port = ports.unused()
        argv = engine.command(program, model, weights, port)
        say(f"{model.name}: {engine.name} starts; its log: {log}")
        server = Server.start(
            argv, port=port, directory=directory, log=log, variables=environment, patience=patience
        )
        stack.callback(server.stop)
        told = _ready(engine, server, model, weights, program, environment, say)
        gpus = stack.enter_context(devices(variables, lambda line: say(f"{model.name}: {line}")))
        yield Served(
            name=model.name,
            base_url=f"http://{HOST}:{port}/v1",
            record=known(
                {
                    "engine": engine.name,
                    "image": image_here(variables),
                    "weights": found.repository or str(found.path),
                    "revision": found.revision,
                    **settings,
                    **told,
                }
            ),
            hardware=HardwareRecord(
                flavor=flavor_of(variables),
                gpu=gpus.name if gpus else None,
                driver=gpus.driver if gpus else None,
            ),
            gpu=stack.enter_context(sampled(gpus)),
            server=server,
        )


def _ready(
    engine: Engine,
    server: Server,
    model: Model,
    weights: Weights,
    program: str,
    environment: Mapping[str, str],
    say: Say,
) -> dict[str, Any]:
    """Return what the engine tells, once the server is well and the model has answered."""
    import httpx

    seconds, name = model.served_by.start_seconds, f"{engine.name} with {model.name}"
    address = f"http://{HOST}:{server.port}"
    # trust_env off: a proxy named in the environment is not for servers of this machine.
    with httpx.Client(base_url=address, timeout=PROBE_SECONDS, trust_env=False) as client:
        passed = await_health(server, client, name=name, seconds=seconds, say=say)
        left = max(seconds - passed, PROBE_SECONDS)
        require_answer(server, client, name=name, model=model.name, seconds=left)
        told: dict[str, Any] = {}
        with suppress(httpx.TransportError, ValueError):
            told["version"] = engine.version(program, client, environment)
            told |= engine.told(model, weights, client)
    say(f"{model.name}: {engine.name} {told.get('version') or '(version not told)'} answers")
    return told


def _elsewhere(model: Model, variables: Mapping[str, str]) -> Served:
    record = {}
    if model.endpoint is not None:
        require_reachable(model.name, model.endpoint)
        record = {"endpoint": model.endpoint, "revision": model.revision}
    return Served(
        name=model.name,
        base_url=model.endpoint,
        record=known(record),
        hardware=HardwareRecord(flavor=flavor_of(variables)),
        gpu=Sampler(None),
    )
