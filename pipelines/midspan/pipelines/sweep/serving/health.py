"""Waits until a server answers, and shows why where it never does."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from midspan.pipelines.servers import processes
from midspan.pipelines.servers.home import Say
from midspan.pipelines.sweep.serving.process import Server
from midspan.scorers.errors import SurroundingsError

if TYPE_CHECKING:
    import httpx

PROBE_SECONDS: Final = 5.0
SAY_EVERY_SECONDS: Final = 30.0
FIRST_TOKENS: Final = 16
"""Enough for servers that read a header of the model's own before its answer."""

_SOON: Final = 0.05
_LATER: Final = 1.0


def await_health(
    server: Server,
    client: "httpx.Client",
    *,
    name: str,
    seconds: float,
    say: Say,
    clock: Callable[[], float] = time.monotonic,
) -> float:
    """Return after how many seconds the server was well, or say why it is not."""
    begun = clock()
    told = begun
    while True:
        passed = clock() - begun
        if (code := server.exit_code) is not None:
            raise _failure(server, name, f"ended with exit code {code} after {passed:.0f} s")
        if _answers(client) and _is_ours(server, name):
            return passed
        if passed > seconds:
            raise _failure(
                server,
                name,
                f"was not healthy after {seconds:g} s{_elsewhere(server)}",
                fix="Give it longer: serve: {start_seconds: ...}",
            )
        if clock() - told >= SAY_EVERY_SECONDS:
            told = clock()
            say(f"{name}: still starting after {passed:.0f} s; its log: {server.log}")
        time.sleep(_SOON if passed < 1 else min(_LATER, max(seconds - passed, _SOON)))


def require_answer(
    server: Server, client: "httpx.Client", *, name: str, model: str, seconds: float
) -> None:
    """Return when the model has answered a first question, or say what it was answered with.

    A model without a chat template, say, is healthy and refuses every request.
    """
    import httpx

    question = {
        "model": model,
        "messages": [{"role": "user", "content": "Answer with the word: ready"}],
        "max_tokens": FIRST_TOKENS,
    }
    try:
        answer = client.post("/v1/chat/completions", json=question, timeout=seconds)
    except httpx.TransportError as error:
        raise _failure(
            server, name, f"broke off at the first request ({type(error).__name__}: {error})"
        ) from error
    if not answer.is_success:
        raise _failure(
            server,
            name,
            f"answered the first request with {answer.status_code}: {answer.text[:500]}",
        )


def _answers(client: "httpx.Client") -> bool:
    import httpx

    try:
        return client.get("/health").is_success
    except httpx.HTTPError:
        return False


def _is_ours(server: Server, name: str) -> bool:
    """Return whether it is our server that listens there: the port may have been taken meanwhile.

    Further ports are the engine's own affair; those of vLLM's workers may be open to the network.
    """
    listening = server.listening()
    if listening is None:
        return True
    there = [host for host, port in listening if port == server.port]
    exposed = [host for host in there if not processes.is_loopback(host)]
    if exposed:
        raise SurroundingsError(
            f"{name} listens on {exposed[0]} port {server.port}, open to other machines; stopped",
            fix="Leave the address to midspan: 127.0.0.1.",
        )
    return bool(there)


def _elsewhere(server: Server) -> str:
    """Return where it listens instead, when it does not where it was told to."""
    ports = sorted({port for _, port in server.listening() or []})
    if not ports or server.port in ports:
        return ""
    listed = ", ".join(map(str, ports[:4]))
    return f": it listens on port {listed} instead of {server.port}"


def _failure(server: Server, name: str, what: str, *, fix: str | None = None) -> SurroundingsError:
    return SurroundingsError(
        f"{name} {what}; {server.log_tail()}",
        fix=fix or "When the cause is mended, run the same command again.",
    )
