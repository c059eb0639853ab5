"""What the commands of a sweep take alike: which sweep, and which of its runs."""

from typing import Final

import click

from midspan.pipelines.cli.file_type import FILE

suite: Final = click.argument("suite", type=FILE)
into: Final = click.option(
    "--into",
    type=FILE,
    metavar="DIR",
    help="Directory of the sweep; sweeps/EXPERIMENT when absent.",
)
experiment: Final = click.option(
    "--experiment", metavar="NAME", help="Name of the experiment; the suite's if absent."
)
only: Final = click.option(
    "--only",
    multiple=True,
    metavar="GLOB",
    help="Some of the runs: a glob of tasks, or AXIS=GLOB. May be given several times.",
)
