"""`midspan checks`: what must hold after a run, checked where it ran."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from midspan.pipelines.cli import console
from midspan.scorers.errors import Exit, InvalidInput, SurroundingsError
from midspan.scorers.file_format.problems import suggestion

if TYPE_CHECKING:
    from midspan.pipelines.records import CheckResult
    from midspan.scorers.suite import Suite, Task

FILE = click.Path(path_type=Path)


@click.group(
    epilog="\b\nExample:\n  midspan checks run suite.yaml --task total --dir work --answer 61.5"
)
def command() -> None:
    """Check what a run left behind, once, in the directory where it ran."""


@command.command()
@click.argument("suite", type=FILE)
@click.option("--task", "task_id", required=True, metavar="ID", help="The task that was run.")
@click.option(
    "--dir",
    "directory",
    type=FILE,
    required=True,
    help="The directory in which it ran: files, databases and commands are looked for there.",
)
@click.option("--answer", metavar="TEXT", help="The final answer of the agent.")
@click.option(
    "--answer-file", type=FILE, metavar="FILE", help="A file with the answer; - for stdin."
)
def run(
    suite: Path, task_id: str, directory: Path, answer: str | None, answer_file: Path | None
) -> int:
    """Run the checks of one task of SUITE and print what came of them as JSON.

    What is printed is the `checks` array for the result record of the run; scoring reads it from
    there. Commands of the suite are executed, with your rights, a timeout and a bare environment.

    Exit codes: 0 all hold, 1 one does not, 2 one could not be run, or the suite is invalid,
    4 the answer or the directory cannot be read. Without an answer, checks of it do not hold.
    Whether the expected calls were made is judged by scoring, and does not count here.

    \b
    Example:
      midspan checks run suite.yaml --task open-total --dir work --answer 61.50
      my-agent | midspan checks run suite.yaml --task open-total --dir work --answer-file -
    """
    import msgspec

    from midspan.pipelines.checks import run_checks
    from midspan.pipelines.files import load_suite

    if answer is not None and answer_file is not None:
        raise InvalidInput("--answer and --answer-file: only one of them can hold the answer")
    task = _task(load_suite(suite), task_id, suite)
    _require_directory(directory)
    if answer_file is not None:
        answer = _read_answer(answer_file)
    results = run_checks(task.checks, answer=answer, directory=directory)
    click.echo(msgspec.json.format(msgspec.json.encode(results), indent=2).decode())
    return _told(task, results)


def _task(suite: "Suite", task_id: str, path: Path) -> "Task":
    task = suite.task(task_id)
    if task is None:
        known = [task.id for task in suite.tasks]
        raise InvalidInput(
            f"{path} has no task {task_id!r}.{suggestion(task_id, known)}",
            fix=f"Tasks: {', '.join(known)}",
        )
    return task


def _require_directory(directory: Path) -> None:
    try:
        next(directory.iterdir(), None)
    except FileNotFoundError:
        raise InvalidInput(f"--dir {directory}: there is no such directory") from None
    except NotADirectoryError:
        raise InvalidInput(f"--dir {directory}: is no directory") from None
    except OSError as error:
        raise SurroundingsError(f"{directory}: cannot be read: {error.strerror}") from None


def _read_answer(path: Path) -> str:
    """Return the answer; bytes that are no text are replaced, the rest of it is judged."""
    try:
        if str(path) == "-":
            return sys.stdin.buffer.read().decode(errors="replace")
        return path.read_text(encoding="utf-8-sig", errors="replace")
    except FileNotFoundError:
        raise InvalidInput(
            f"--answer-file {path}: there is no such file",
            fix="Leave it out where the agent gave no answer.",
        ) from None
    except OSError as error:
        raise SurroundingsError(f"{path}: cannot be read: {error.strerror}") from None


def _told(task: "Task", results: Sequence["CheckResult"]) -> Exit:
    """Say on stderr how many hold and which do not, and return the exit code."""
    judged = [result for result in results if result.kind != "expected_calls"]
    held = sum(result.passed is True for result in judged)
    if not judged:
        console.note(f"{task.id}: no check to run here")
        return Exit.DONE
    console.note(f"{task.id}: {held} of {len(judged)} checks hold")
    for result in judged:
        if not result.passed:
            said = "does not hold" if result.passed is False else "could not be run"
            console.note(f"{result.id} {said}: {result.detail}")
    if any(result.passed is False for result in judged):
        return Exit.VERDICT_IS_NO
    return Exit.DONE if held == len(judged) else Exit.NOT_EVALUATED
