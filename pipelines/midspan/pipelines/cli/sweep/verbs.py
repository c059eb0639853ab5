"""What `midspan sweep` can be told to do."""

from typing import Final

import click

from midspan.pipelines.cli.sweep.group import Subcommands

SUMMARIES: Final = {
    "plan": "Show what would be run, what is done, and what it may cost",
    "run": "Run all that is not done yet, then ingest and score it",
    "worker": "Run a part of a stored sweep: what a job does",
    "status": "Show how far jobs and runs are, and the cost so far",
    "logs": "Show what a job printed",
    "cancel": "Cancel the jobs of a sweep",
    "fetch": "Fetch finished runs from the bucket, and verify that all are there",
}


@click.group(
    cls=Subcommands,
    within="midspan.pipelines.cli.sweep",
    summaries=SUMMARIES,
    epilog="\b\nExample:\n  midspan sweep plan suite.yaml\n  midspan sweep run suite.yaml",
)
def command() -> None:
    """Run a suite: every task with every model, revision, tier and harness of its matrix.

    A sweep keeps all that it has in one directory, sweeps/EXPERIMENT unless --into names another.
    Each run ends in exactly one outcome; the same command again does only what is not done.
    """
