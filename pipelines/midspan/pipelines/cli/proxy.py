"""`midspan proxy`: stand between an agent and its model, and record what passes."""

import asyncio
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from midspan.instrumentation import RunContext, environment
from midspan.instrumentation.proxy import Origin, ProxySettings, ToolSpans, is_local
from midspan.instrumentation.secrecy import keep_to_itself, read_descriptor
from midspan.pipelines.cli import listening
from midspan.scorers.errors import Exit, InvalidInput, SurroundingsError

if TYPE_CHECKING:
    import socket

    from midspan.instrumentation.proxy.recording import Tally

DEFAULT_PORT: Final = 8400
DEFAULT_SPOOL: Final = "runs"
CONNECTIONS: Final = 65_536


@click.command(
    epilog="""\b
Example:
  $ midspan proxy --upstream https://api.openai.com/v1 --experiment shop
  http://127.0.0.1:8400/v1
  $ OPENAI_BASE_URL=http://127.0.0.1:8400/run/refund-3/v1 python my_agent.py
  $ midspan proxy --upstream http://127.0.0.1:8000/v1 --translate-text-calls
"""
)
@click.option("--upstream", required=True, metavar="URL", help="The server that requests go to.")
@listening.port(DEFAULT_PORT)
@listening.host
@click.option(
    "--spool",
    metavar="DIRECTORY",
    default=lambda: os.environ.get(environment.SPOOL) or DEFAULT_SPOOL,
    show_default=f"{environment.SPOOL}, else {DEFAULT_SPOOL}",
    help="Where a file for each run is written.",
)
@click.option("--endpoint", metavar="URL", help="Send spans to an OTLP/HTTP server as well.")
@click.option("--experiment", help="Experiment of the runs that name none.")
@click.option("--task", help="Task of the runs that name none.")
@click.option("--provider", help="Name of the provider on spans; by default told by the upstream.")
@click.option(
    "--tool-spans",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Record tools from the results in the next request. auto: unless the agent sends a "
    "traceparent, since it traces itself.",
)
@click.option(
    "--translate-text-calls",
    is_flag=True,
    help="Make native calls of those that a model writes as text (chat completions).",
)
@click.option(
    "--key-file",
    type=click.Path(path_type=Path),
    help="A file, or /dev/fd/N, with the key for the upstream; it takes the place of the client's.",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path),
    help="A file with the token that clients have to show: as x-midspan-token, or with --key-file "
    "as their API key.",
)
@click.option(
    "--until-eof",
    is_flag=True,
    help="End as well when standard input does: when whoever started the proxy has gone.",
)
def command(
    upstream: str,
    port: int,
    host: str,
    spool: str,
    endpoint: str | None,
    experiment: str | None,
    task: str | None,
    provider: str | None,
    tool_spans: ToolSpans,
    translate_text_calls: bool,
    key_file: Path | None,
    token_file: Path | None,
    until_eof: bool,
) -> Exit:
    """Pass requests on to an OpenAI-compatible or Anthropic server, and record each as a span.

    Point the agent's base URL here, in whatever language it is written. Chat completions, responses
    and messages are recorded, streamed or not; anything else passes. Requests and replies pass
    unchanged, unless text calls are to be translated. Ends with Ctrl-C or SIGTERM; exit code 3
    where something that passed could not be recorded.
    """
    if key_file or token_file:
        keep_to_itself()
    token = _secret(token_file)
    if token is None and not is_local(host):
        raise InvalidInput(
            f"--host {host} can be reached from other machines, and would serve all of them",
            fix="name a file with a token that clients have to show: --token-file FILE",
        )
    try:
        origin = Origin.parse(upstream)
    except ValueError as error:
        raise InvalidInput(f"--upstream: {error}") from None
    told = RunContext.from_environment() or RunContext()
    settings = ProxySettings(
        upstream=origin,
        spool=spool,
        endpoint=endpoint,
        run=replace(told, experiment=experiment or told.experiment, task=task or told.task),
        provider=provider,
        tool_spans=tool_spans,
        translate_text_calls=translate_text_calls,
        upstream_key=_secret(key_file),
        token=token,
        local_only=is_local(host),
    )
    _make_ready(spool)
    _allow_connections()
    with _listening(host, port) as sock:
        _refuse_itself(origin, sock)
        tally = asyncio.run(_serve(settings, sock, until_eof=until_eof))
    for line in _closing_words(tally, spool):
        click.echo(line, err=True)
    return Exit.IN_PART if tally.lost or tally.unwritten else Exit.DONE


def _closing_words(tally: "Tally", spool: str) -> Iterator[str]:
    requests = "1 request" if tally.recorded == 1 else f"{tally.recorded:,} requests"
    # What was read of a request counts as recorded only where all of it is in a file.
    yield f"{requests} {'read' if tally.unwritten else 'recorded'}, {tally.lost:,} lost"
    if tally.unwritten:
        spans = "1 span" if tally.unwritten == 1 else f"{tally.unwritten:,} spans"
        yield f"{spans} could not be written to {spool}"


def _make_ready(spool: str) -> None:
    """Make the folder of the runs and see that files can be made there."""
    try:
        os.makedirs(spool, exist_ok=True)
        with tempfile.TemporaryFile(dir=spool):
            pass
    except OSError as error:
        raise SurroundingsError(
            f"no run can be written to {spool}: {error.strerror or error}",
            fix="name a folder that can be written to: --spool DIRECTORY",
        ) from error


def _refuse_itself(origin: Origin, sock: "socket.socket") -> None:
    from midspan.instrumentation.proxy.itself import leads_back

    if leads_back(origin, sock):
        raise InvalidInput(
            f"--upstream {origin.url} is this proxy itself: a request would never end",
            fix="name the server of the model, or another port for the proxy with --port N",
        )


async def _serve(
    settings: ProxySettings, sock: "socket.socket", *, until_eof: bool = False
) -> "Tally":
    from midspan.instrumentation.proxy.apart import RecorderApart
    from midspan.instrumentation.proxy.server import serve

    host, port = sock.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host

    def ready(stop: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop)
        if until_eof:
            threading.Thread(target=_wait_for_eof, args=(stop,), daemon=True).start()
        click.echo(f"http://{shown}:{port}/v1")

    return await serve(settings, sock, RecorderApart(settings), ready=ready)


def _wait_for_eof(then: Callable[[], None]) -> None:
    while os.read(0, 4096):
        pass
    then()


def _listening(host: str, port: int) -> "socket.socket":
    try:
        return listening.listening_at(host, port)
    except ModuleNotFoundError as error:
        raise SurroundingsError(
            f"the `proxy` extra is not installed ({error.name} is missing)",
            fix="install it with: pip install 'midspan[proxy]'",
        ) from error


def _allow_connections() -> None:
    """Let the process have as many files open as it may: each request takes two connections."""
    try:
        import resource
    except ModuleNotFoundError:  # not on Windows
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS if hard == resource.RLIM_INFINITY else min(CONNECTIONS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _secret(path: Path | None) -> str | None:
    if path is None:
        return None
    given = read_descriptor(str(path))
    secret = (path.read_bytes() if given is None else given).decode("latin-1").strip()
    if not secret or not secret.isascii():
        raise InvalidInput(f"{path} holds no key: one line of ASCII is expected")
    return secret
