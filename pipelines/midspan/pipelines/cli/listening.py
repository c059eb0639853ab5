"""Where a command listens: the options that say it, and the socket."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from midspan.scorers.errors import SurroundingsError

if TYPE_CHECKING:
    import socket

Command = TypeVar("Command", bound=Callable[..., Any])

host: Final = click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Listen at this address; any but this machine's own needs --token-file.",
)


def port(default: int) -> Callable[[Command], Command]:
    """Return the option that names a port; a free one is taken for 0."""
    return click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=default,
        show_default=True,
        help="Listen here; 0 for a free port.",
    )


def listening_at(host: str, port: int) -> "socket.socket":
    """Return a socket that listens; what keeps it from that is an error that says so."""
    from midspan.instrumentation.proxy.server import listening

    try:
        return listening(host, port)
    except OSError as error:
        raise SurroundingsError(
            f"cannot listen at {host}:{port}: {error.strerror or error}",
            fix="choose another port with --port N, or 0 for a free one",
        ) from error
