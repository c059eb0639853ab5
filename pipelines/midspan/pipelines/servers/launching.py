"""One server on its way up: its process, its health, and that only this machine can reach it."""

import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from midspan.pipelines.servers import condition, processes, state
from midspan.pipelines.servers.home import Home
from midspan.pipelines.servers.logs import tail
from midspan.pipelines.servers.recipe import Recipe
from midspan.pipelines.servers.stopping import PATIENCE_SECONDS
from midspan.scorers.errors import SurroundingsError

WHEN_KNOWN = 'read -r _ && exec "$@" </dev/null'
"""Begins the server when its state is written: an `up` that is killed before leaves no stray."""

START_SECONDS = 180.0
POLL_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class Launched:
    """One server on its way up."""

    recipe: Recipe
    python: Path
    process: subprocess.Popen[bytes]
    record: state.Record


def launch(recipe: Recipe, home: Home, python: Path, port: int) -> Launched:
    """Return the server's process, the leader of its own process group, and not yet well."""
    data, log = home.data(recipe.name), home.log(recipe.name)
    with suppress(FileNotFoundError):
        log.replace(log.with_suffix(".previous.log"))
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["/bin/sh", "-c", WHEN_KNOWN, "sh", *recipe.command(python, data, port)],
            cwd=data,
            env=recipe.variables(data, port),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    record = state.Record(
        name=recipe.name,
        pid=process.pid,
        identity=processes.identity(process.pid) or "",
        port=port,
        url=recipe.url(port),
        version=recipe.version,
        log=str(log),
        data=str(data),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        starting=True,
    )
    server = Launched(recipe=recipe, python=python, process=process, record=record)
    try:
        state.write(home, record)
        _let_go(process)
    except BaseException:
        abandon(server, home)
        raise
    return server


def await_health(server: Launched, *, deadline: float = START_SECONDS) -> None:
    """Return once the server is well, warm and reachable from this machine only."""

    def require_alive() -> None:
        if (code := server.process.poll()) is not None:
            raise _failure(server.record, f"ended at once with exit code {code}")

    _await(server.recipe, server.record, require_alive, deadline)


def await_adopted(recipe: Recipe, record: state.Record, *, deadline: float = START_SECONDS) -> None:
    """Return once a server that an interrupted `up` has launched is well, as `await_health`."""

    def require_alive() -> None:
        if not record.alive:
            raise _failure(record, "ended")

    _await(recipe, record, require_alive, deadline)


def _await(
    recipe: Recipe, record: state.Record, require_alive: Callable[[], None], deadline: float
) -> None:
    import httpx

    last = time.monotonic() + deadline
    while condition.probe(recipe, record.url) is None:
        require_alive()
        if time.monotonic() > last:
            raise _failure(record, f"did not become healthy within {deadline:g} s")
        time.sleep(POLL_SECONDS)
    require_loopback(record)
    with httpx.Client(base_url=record.url, timeout=60, trust_env=False) as client:
        try:
            recipe.warm_up(client)
        except httpx.TransportError as error:
            raise _failure(record, f"broke on the first export ({error})") from error


def abandon(server: Launched, home: Home) -> None:
    """Stop a server that did not come up, and leave no state of it behind."""
    if server.process.stdin is not None:
        server.process.stdin.close()
    end_recorded(home, server.record)
    server.process.poll()


def end_recorded(home: Home, record: state.Record) -> None:
    """Stop the server of a record, and leave no state of it behind."""
    processes.end_group(record.pid, patience=PATIENCE_SECONDS)
    state.forget(home, record.name)


def require_loopback(record: state.Record) -> None:
    """Raise when another machine could reach any port of the server, or another one answers."""
    listening = processes.listeners(record.pid)
    if listening is None:
        return
    exposed = [one for one in listening if not processes.is_loopback(one[0])]
    if exposed:
        where = ", ".join(f"{host} port {port}" for host, port in exposed)
        raise SurroundingsError(
            f"{record.name} listens on {where}, open to other machines; stopped it",
            fix="midspan starts servers for this machine only; see docs/servers.md for others.",
        )
    if record.port not in {port for _, port in listening}:
        raise _failure(record, f"does not listen on port {record.port}, another program does")


def _let_go(process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    # A process that is gone already is told of by what waits for its health.
    with suppress(BrokenPipeError), process.stdin as pipe:
        pipe.write(b"\n")


def _failure(record: state.Record, what: str) -> SurroundingsError:
    log = Path(record.log)
    return SurroundingsError(
        f"{record.name} {what}; {log} ends with\n{tail(log)}",
        fix=f"When the cause is mended, run it again: midspan up {record.name}",
    )
