"""The `midspan` command: hands a verb to its module, or says which extra brings it.

Only the standard library is imported here, so `midspan --help` is quick and works in a bare
install.
"""

import difflib
import importlib
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from typing import Final, NamedTuple

from midspan.instrumentation import environment, streams


class Verb(NamedTuple):
    """One verb of the command line: where its code lives and what it is for."""

    module: str
    extra: str
    summary: str
    alone: str | None = None
    """Module whose `main` does it without any extra."""


VERBS: Final[dict[str, Verb]] = {
    "demo": Verb(
        "midspan.pipelines.cli.demo", "pipelines", "Run 144 small agent runs, score and show them"
    ),
    "init": Verb("midspan.pipelines.cli.init", "pipelines", "Write a starter suite and profile"),
    "up": Verb("midspan.pipelines.cli.up", "pipelines", "Start Phoenix and MLflow on this machine"),
    "down": Verb("midspan.pipelines.cli.down", "pipelines", "Stop what `up` started"),
    "status": Verb("midspan.pipelines.cli.status", "pipelines", "Say which servers run, and where"),
    "trace": Verb(
        "midspan.pipelines.cli.trace",
        "pipelines",
        "Run an agent, with what instrumentation is installed turned on",
        alone="midspan.instrumentation.auto.command",
    ),
    "proxy": Verb(
        "midspan.pipelines.cli.proxy", "proxy", "Record what passes between an agent and its model"
    ),
    "sweep": Verb(
        "midspan.pipelines.cli.sweep", "pipelines", "Run a suite with all variants of its matrix"
    ),
    "ingest": Verb("midspan.pipelines.cli.ingest", "pipelines", "Read spans into a workspace"),
    "watch": Verb(
        "midspan.pipelines.cli.watch", "watch", "Score runs as their spans arrive, and pass them on"
    ),
    "compact": Verb(
        "midspan.pipelines.cli.compact", "pipelines", "Rewrite a workspace into few sorted files"
    ),
    "checks": Verb("midspan.pipelines.cli.checks", "pipelines", "Check what a run left behind"),
    "score": Verb(
        "midspan.pipelines.cli.score", "pipelines", "Score a workspace, or span files directly"
    ),
    "publish": Verb(
        "midspan.pipelines.cli.publish", "pipelines", "Send spans and scores to Phoenix and MLflow"
    ),
    "pull": Verb(
        "midspan.pipelines.cli.pull", "pipelines", "Fetch what people said there, as scores"
    ),
    "markers": Verb(
        "midspan.pipelines.cli.markers", "pipelines", "Check markers, and see where they fire"
    ),
    "compare": Verb(
        "midspan.pipelines.cli.compare", "pipelines", "Say which variant is better, and how surely"
    ),
    "gate": Verb("midspan.pipelines.cli.gate", "pipelines", "Say whether a change may go in"),
    "failures": Verb(
        "midspan.pipelines.cli.failures", "pipelines", "Group failed runs by what went wrong"
    ),
    "report": Verb(
        "midspan.pipelines.cli.report", "pipelines", "Write all of it into one page to send around"
    ),
    "export": Verb("midspan.pipelines.cli.export", "pipelines", "Print runs as training data"),
    "table": Verb("midspan.pipelines.cli.table", "pipelines", "Print a table of a workspace"),
    "doctor": Verb(
        "midspan.pipelines.cli.doctor",
        "pipelines",
        "Say what is installed, reachable, misconfigured",
    ),
}

DONE: Final = 0
USAGE_ERROR: Final = 2
SURROUNDINGS_ERROR: Final = 4
INTERRUPTED: Final = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code of one `midspan` command, after all that it printed is out."""
    streams.make_usable()
    try:
        code = _command(arguments)
    except BrokenPipeError:
        code = DONE
    except OSError as error:
        streams.drop_rows()
        return _unwritten(error, SURROUNDINGS_ERROR)
    unwritten = streams.flush_rows()
    if unwritten is None:
        return code
    # Whatever else went wrong comes first; but what is not printed is not done.
    return _unwritten(unwritten, code or SURROUNDINGS_ERROR)


def _command(arguments: Sequence[str] | None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    leading = [word for word in words[:1] if word == "--debug"]
    verb, rest = (
        (words[len(leading)], words[len(leading) + 1 :])
        if words[len(leading) :]
        else ("--help", [])
    )
    if verb in {"-h", "--help", "help"}:
        sys.stdout.write(help_text())
        return 0
    if verb in {"-V", "--version"}:
        sys.stdout.write(f"midspan {version('midspan')}\n")
        return 0
    if verb not in VERBS:
        return _fail(f"midspan: no such command: {verb}{_did_you_mean(verb)}", USAGE_ERROR)
    try:
        return _run(verb, [*leading, *rest])
    except KeyboardInterrupt:  # also while a command's modules are still being imported
        return _fail("interrupted; run the same command again to resume", INTERRUPTED)


def help_text() -> str:
    """Return the overview of all verbs."""
    lines = [
        "Usage: midspan [--debug] COMMAND ...",
        "",
        "Step-level evaluation of agent traces on OpenTelemetry.",
        "",
        "Commands:",
        *(f"  {name:8} {verb.summary}" for name, verb in VERBS.items()),
        "",
        "`midspan COMMAND --help` shows a command's options and an example.",
        "Exit codes: 0 done, 1 the verdict is no, 2 could not evaluate or wrong usage,",
        "            3 done in part, 4 surroundings (server, port, permission, disk),",
        "            130 interrupted.",
        "",
    ]
    return "\n".join(lines)


def _run(verb: str, arguments: list[str]) -> int:
    extra, alone = VERBS[verb].extra, VERBS[verb].alone
    if alone is not None:
        return int(importlib.import_module(alone).main(arguments))
    try:
        boundary = importlib.import_module("midspan.pipelines.cli.boundary")
        module = importlib.import_module(VERBS[verb].module)
    except ModuleNotFoundError as error:
        if "--debug" in arguments or os.environ.get(environment.DEBUG) == "1":
            raise
        return _fail(
            f"midspan {verb} needs the `{extra}` extra ({error.name} is not installed).\n"
            f"Install it with: pip install 'midspan[{extra}]'",
            SURROUNDINGS_ERROR,
        )
    return int(boundary.run(module.command, verb, arguments))


def _did_you_mean(word: str) -> str:
    close = difflib.get_close_matches(word, VERBS, n=1)
    return f". Did you mean {close[0]}?" if close else "; see midspan --help"


def _unwritten(error: OSError, code: int) -> int:
    return _fail(f"midspan: standard output: {error.strerror or error}", code)


def _fail(message: str, code: int) -> int:
    sys.stderr.write(message + "\n")
    return code
