"""`midspan sweep`: one suite, run with all of its variants."""

from midspan.pipelines.cli.sweep.verbs import command

__all__ = ["command"]
