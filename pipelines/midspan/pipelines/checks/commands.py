"""The check that runs a command in the directory of the run."""

from collections.abc import Sequence
from pathlib import Path

from midspan.pipelines.checks.inside import inside
from midspan.pipelines.checks.processes import TAIL, Ended, run_process
from midspan.pipelines.checks.verdict import (
    HOLDS,
    CannotCheckError,
    FailedCheckError,
    Verdict,
    fails,
)
from midspan.scorers.suite.checks import CommandCheck

SHELL = ("/bin/sh", "-c")


def judge_command(check: CommandCheck, directory: Path) -> Verdict:
    """Return whether the command exits with 0 in time."""
    argv = (*SHELL, *check.argv) if check.shell else check.argv
    ended = ended_in(directory, argv, seconds=check.timeout)
    if ended.exit_code == 0:
        return HOLDS
    return fails(f"{how(ended, check.timeout)}: {ended.told()}")


def ended_in(directory: Path, argv: Sequence[str], *, seconds: float, keep: int = TAIL) -> Ended:
    """Return how a command ended that ran in the directory; one that cannot run is an error.

    A program that is named by a path in the directory is something that the run had to leave there.
    """
    program = argv[0]
    if "/" in program and not program.startswith("/"):
        place = inside(directory, program)
        if not place.exists():
            raise FailedCheckError(f"{program} is missing")
    try:
        return run_process(argv, directory=directory, seconds=seconds, keep=keep)
    except (OSError, ValueError) as error:  # ValueError: a zero character within an argument
        why = getattr(error, "strerror", None) or error
        raise CannotCheckError(f"{program} cannot be run in {directory}: {why}") from None


def how(ended: Ended, seconds: float) -> str:
    """Return how a command ended, in words."""
    if ended.exit_code is None:
        return f"not done after {seconds:g} seconds"
    if ended.exit_code < 0:
        return f"ended by signal {-ended.exit_code}"
    return f"exit code {ended.exit_code}"
