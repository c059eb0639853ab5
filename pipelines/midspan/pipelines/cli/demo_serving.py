"""`midspan demo --serve`: the scripted models, for whoever runs the demo's suite by hand."""

import threading
from contextlib import suppress
from pathlib import Path

import click

from midspan.scorers.errors import Exit, SurroundingsError


def serve_models(directory: Path) -> Exit:
    """Serve the models where the suite in a directory has them, until Ctrl-C.

    Where there is no such suite it is the packaged one's address.
    """
    from midspan.pipelines.demo.model_server import ModelServer
    from midspan.pipelines.demo.runner import demo_models

    port = port_of(directory)
    try:
        server = ModelServer(demo_models(), port=port)
    except OSError as error:
        raise SurroundingsError(
            f"127.0.0.1:{port}: {error.strerror}",
            fix="Another server may be there, or this one already; or change the `endpoint` of the "
            f"models in {directory / 'suite.yaml'}.",
        ) from None
    with server, suppress(KeyboardInterrupt):
        click.echo(server.url)
        click.echo("serving the models of the demo; Ctrl-C ends it", err=True)
        threading.Event().wait()
    return Exit.DONE


def port_of(directory: Path) -> int:
    """Return the port that the suite in a directory names for its models."""
    from urllib.parse import urlsplit

    from midspan.pipelines.demo.tasks import PORT, SUITE
    from midspan.pipelines.files import load_suite

    for folder in (directory, Path(".")):
        if (suite := folder / SUITE.name).is_file():
            matrix = load_suite(suite).matrix
            models = matrix.models if matrix else ()
            ports = [urlsplit(model.endpoint).port for model in models if model.endpoint]
            return next((port for port in ports if port), PORT)
    return PORT
