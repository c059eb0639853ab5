"""`midspan watch`: score runs as their spans arrive, and pass on what arrived."""

import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from midspan.pipelines.cli import judging_options, listening
from midspan.pipelines.cli.file_type import FILE
from midspan.pipelines.cli.quantities import seconds, size
from midspan.pipelines.cli.server_options import certificates, mlflow, phoenix
from midspan.pipelines.cli.writable import writable
from midspan.scorers.errors import Exit, InvalidInput

if TYPE_CHECKING:
    from midspan.pipelines.watch.settings import WatchSettings

STATE: Final = ".watch"
DEFAULT_PORT: Final = 4318


@click.command(
    epilog="""\b
Example:
  $ midspan watch --into shop --phoenix http://127.0.0.1:6006
  http://127.0.0.1:4318
  $ OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 python my_agent.py
  $ midspan watch runs/ --into shop --once
"""
)
@click.argument("source", required=False)
@click.option(
    "--into", "workspace", type=writable, required=True, metavar="WORKSPACE", help="Where runs go."
)
@click.option(
    "--state",
    type=FILE,
    metavar="DIRECTORY",
    help="Where what is under way is kept.  [default: WORKSPACE/.watch]",
)
@listening.host
@listening.port(DEFAULT_PORT)
@click.option(
    "--token-file", type=FILE, metavar="FILE", help="Holds the bearer token of the senders."
)
@click.option("--certificate", type=FILE, metavar="FILE", help="Serve TLS with it; needs --key.")
@click.option("--key", type=FILE, metavar="FILE", help="The key of the certificate.")
@phoenix
@mlflow
@certificates
@click.option(
    "--forward",
    multiple=True,
    metavar="URL",
    help="Pass all that is accepted on to an OTLP/HTTP server, at once. Repeatable.",
)
@judging_options.suite("What the tasks expect.")
@judging_options.profile("How to judge.")
@click.option(
    "--quiet",
    type=seconds,
    metavar="TIME",
    default="5s",
    show_default=True,
    help="A run whose root has ended is complete after this time without news.",
)
@click.option(
    "--timeout",
    type=seconds,
    metavar="TIME",
    default="10m",
    show_default=True,
    help="A run whose root never ends is scored as incomplete after this time without news.",
)
@click.option(
    "--largest-request",
    type=size,
    metavar="SIZE",
    default="64MB",
    show_default=True,
    help="Unpacked, too.",
)
@click.option(
    "--largest-backlog",
    type=size,
    metavar="SIZE",
    default="10GB",
    show_default=True,
    help="Senders are asked to wait when this much is on disk and not done with.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Processes that score.",
)
@click.option("--once", is_flag=True, help="With SOURCE: do what is there, and end.")
def command(
    source: str | None,
    workspace: Path,
    state: Path | None,
    host: str,
    port: int,
    token_file: Path | None,
    certificate: Path | None,
    key: Path | None,
    phoenix: str | None,
    mlflow: str | None,
    ca: Path | None,
    forward: tuple[str, ...],
    suite: Path | None,
    profile: Path | None,
    quiet: float,
    timeout: float,
    largest_request: int,
    largest_backlog: int,
    workers: int,
    once: bool,
) -> Exit:
    """Receive spans over OTLP/HTTP, or tail SOURCE, and score each run when it is complete.

    SOURCE is a directory or bucket of spool files, or phoenix+http://HOST/PROJECT. Runs and scores
    go into a workspace, as `ingest` and `score` would put them there, and to the servers that are
    named. What was accepted is on disk before the sender is told so, and survives a crash; a
    sender is asked to wait where there is no room. Figures: /metrics, health: /healthz. Ends with
    Ctrl-C or SIGTERM, and the same command goes on from there.
    """
    from midspan.instrumentation.proxy import is_local
    from midspan.pipelines.cli.token_file import token_of
    from midspan.pipelines.cli.watch_running import run_once, run_watch
    from midspan.pipelines.watch.forwarding import Endpoint
    from midspan.pipelines.watch.forwarding.endpoint import headers_of_environment
    from midspan.pipelines.watch.receiver import ReceiverSettings
    from midspan.pipelines.watch.settings import WatchSettings

    token = token_of(token_file)
    if token is None and not is_local(host):
        raise InvalidInput(
            f"--host {host} can be reached from other machines, and would take spans of them all",
            fix="name a file with a token that senders have to show: --token-file FILE",
        )
    _require_tls_pair(certificate, key)
    if once and source is None:
        raise InvalidInput("--once is for a SOURCE: a receiver has no end")
    headers = headers_of_environment() if forward else {}
    settings = WatchSettings(
        workspace=workspace,
        state=state or workspace / STATE,
        source=source,
        receiver=ReceiverSettings(
            token=token, largest_request=largest_request, largest_backlog=largest_backlog
        ),
        certificate=certificate,
        key=key,
        phoenix=phoenix,
        mlflow=mlflow,
        ca=ca,
        forwards=[Endpoint(url=url, ca=ca, headers=headers) for url in dict.fromkeys(forward)],
        suite=suite,
        profile=profile,
        quiet=quiet,
        timeout=timeout,
        workers=workers,
    )
    _require_sense(settings, once=once)
    return run_once(settings) if once else run_watch(settings, host, port)


def _require_sense(settings: "WatchSettings", *, once: bool) -> None:
    """Find mistakes before anything is started that would only find them again and again."""
    from midspan.pipelines.files import load_setting
    from midspan.pipelines.publish.targets import targets
    from midspan.pipelines.watch.tails import is_project, require_source

    if settings.receiver.largest_request < 1:
        raise InvalidInput("--largest-request 0 refuses every request", fix="Leave it out: 64MB")
    if settings.timeout < settings.quiet:
        raise InvalidInput(
            f"--timeout ({settings.timeout:g} s) is shorter than --quiet ({settings.quiet:g} s): "
            "runs would be given up before they are complete",
            fix="Give a longer --timeout, or a shorter --quiet.",
        )
    if settings.ca is not None and not (settings.is_published or settings.forwards):
        raise InvalidInput(
            "--ca is for servers, and none is named",
            fix="Add --phoenix URL, --mlflow URL or --forward URL. What senders are served with "
            "is --certificate.",
        )
    if settings.suite is not None or settings.profile is not None:
        load_setting(suite=settings.suite, profile=settings.profile)
    if settings.is_published:
        targets({"phoenix": settings.phoenix, "mlflow": settings.mlflow}, ca=settings.ca)
    for endpoint in settings.forwards:
        endpoint.trusted()
    if settings.forwards and settings.source is not None and not is_project(settings.source):
        raise InvalidInput(
            "--forward passes requests on, and spool files are none",
            fix="Name a server for runs and scores: --phoenix URL or --mlflow URI",
        )
    if settings.source is not None and (told := require_source(settings.source, once=once)):
        click.echo(told, err=True)


def _require_tls_pair(certificate: Path | None, key: Path | None) -> None:
    if (certificate is None) != (key is None):
        raise InvalidInput("--certificate and --key belong together: name both")
    if certificate is None or key is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (ssl.SSLError, OSError) as error:
        raise InvalidInput(
            f"{certificate} and {key} cannot be served: {error}",
            fix="Name a certificate and its key in PEM form.",
        ) from error
