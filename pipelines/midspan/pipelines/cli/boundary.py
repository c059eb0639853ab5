"""Runs one command and turns what went wrong into one clear line and an exit code."""

import os
import sys
import traceback
from collections.abc import Sequence

import click

from midspan.instrumentation import environment, streams
from midspan.pipelines.cli.doubts import doubts_said
from midspan.pipelines.cli.surroundings import explained_surroundings
from midspan.pipelines.cli.termination import ended_as_interrupted
from midspan.scorers.errors import Exit, MidspanError


def run(command: click.Command, verb: str, arguments: Sequence[str]) -> int:
    """Return the exit code of the command; tracebacks are shown only with `--debug`."""
    words, debug = _take_debug(arguments)
    try:
        # Not `command.main`, which ends with 1 where the reader of a pipe goes away.
        with (
            ended_as_interrupted(),
            doubts_said(),
            command.make_context(f"midspan {verb}", words) as context,
        ):
            result = command.invoke(context)
    except click.exceptions.Exit as asked:
        return asked.exit_code
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _fail("interrupted; run the same command again to resume", Exit.INTERRUPTED)
    except click.ClickException as error:
        error.show()
        return Exit.NOT_EVALUATED
    except Exception as error:
        if isinstance(error, BrokenPipeError) and streams.reader_left():
            streams.drop_rows()
            return Exit.DONE
        if debug:
            traceback.print_exc()
        message, code = _explained(error)
        return _fail(f"midspan {verb}: {message}", code)
    return result if isinstance(result, int) else Exit.DONE


def _explained(error: Exception) -> tuple[str, Exit]:
    if isinstance(error, MidspanError):
        return str(error), error.exit_code
    if known := explained_surroundings(error):
        return known, Exit.SURROUNDINGS
    # Not Python's own exit code 1, which would read as a verdict.
    return (
        f"unexpected {type(error).__name__}: {error}\n"
        "This is a fault of midspan or of a plug-in; --debug shows where.",
        Exit.NOT_EVALUATED,
    )


def _take_debug(arguments: Sequence[str]) -> tuple[list[str], bool]:
    words = list(arguments)
    end = words.index("--") if "--" in words else len(words)
    kept = [word for word in words[:end] if word != "--debug"] + words[end:]
    return kept, len(kept) != len(words) or os.environ.get(environment.DEBUG) == "1"


def _fail(message: str, code: Exit) -> Exit:
    sys.stderr.write(streams.visible(message) + "\n")
    return code
