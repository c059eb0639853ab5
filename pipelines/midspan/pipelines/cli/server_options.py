"""The options by which a command is told its servers."""

from typing import Final

import click

from midspan.pipelines.cli.file_type import FILE

phoenix: Final = click.option(
    "--phoenix", metavar="URL", help="A Phoenix; its token: PHOENIX_API_KEY."
)
mlflow: Final = click.option(
    "--mlflow",
    metavar="URI",
    help="An MLflow; its token: MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and _PASSWORD.",
)
project: Final = click.option(
    "--project", metavar="NAME", help="Project and experiment, instead of the run's."
)
certificates: Final = click.option(
    "--ca", type=FILE, metavar="FILE", help="Certificates to trust, in PEM form."
)
