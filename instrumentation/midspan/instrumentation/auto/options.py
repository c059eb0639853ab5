"""What `midspan trace` is asked for on the command line."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from midspan.instrumentation import environment
from midspan.instrumentation.addresses import fault_of

EPILOG: Final = """\
Example:
  $ midspan trace --task refund --spool runs -- python my_agent.py
  $ midspan trace --endpoint http://127.0.0.1:6006 -- my-agent "What would order 1042 refund?"
  $ midspan trace --list

Signals and the exit code of the command are passed through. `midspan score DIR` judges the runs.
"""

DEFAULT_SPOOL: Final = "spool"

_CONTEXT: Final = {
    "experiment": (environment.EXPERIMENT, "Phoenix project and MLflow experiment"),
    "task": (environment.TASK, "what the agent is asked to do, by its id"),
    "trial": (environment.TRIAL, "number of the attempt, from 0"),
    "model": (environment.MODEL, "model, as the experiment names it"),
    "revision": (environment.REVISION, "revision of what is under test"),
    "tier": (environment.TIER, "what the agent was given: bare, clone, skill"),
    "harness": (environment.HARNESS, "program that drives the model, as name@version"),
    "run-id": (environment.RUN_ID, "id of the run; a fresh one when not given"),
}


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="midspan trace",
        usage="midspan trace [OPTIONS] -- COMMAND ...",
        description="Run an agent with whatever instrumentation is installed turned on, without a\n"
        "change to its code. Each Python process of it is recorded, into one run.",
        epilog=EPILOG,
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    for name, (_, text) in _CONTEXT.items():
        kind: Callable[[str], str] = _number if name == "trial" else str
        metavar = "NUMBER" if name == "trial" else "TEXT"
        made.add_argument(f"--{name}", metavar=metavar, type=kind, help=text)
    made.add_argument(
        "--spool",
        metavar="DIR",
        help=f"directory of run files; MIDSPAN_SPOOL, else {DEFAULT_SPOOL} where nothing is sent",
    )
    made.add_argument(
        "--endpoint", metavar="URL", type=_address, help="OTLP/HTTP server to send spans to, too"
    )
    made.add_argument(
        "--content",
        choices=("full", "metadata", "none"),
        help="how much of messages, arguments and results is kept",
    )
    made.add_argument("--redact-emails", action="store_true", help="take out addresses of email")
    made.add_argument("--no-redact", action="store_true", help="leave keys and passwords in")
    made.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="LIBRARY",
        help="leave a library alone; may be given more than once",
    )
    made.add_argument(
        "--list", action="store_true", help="say what would be recorded here, and run nothing"
    )
    made.add_argument("command", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return made


def variables(asked: argparse.Namespace, present: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables that say all that was asked for."""
    told = {
        variable: getattr(asked, name.replace("-", "_")) for name, (variable, _) in _CONTEXT.items()
    }
    told |= {environment.SPOOL: asked.spool, environment.CONTENT: asked.content}
    told["OTEL_EXPORTER_OTLP_ENDPOINT"] = asked.endpoint
    found = {name: value for name, value in told.items() if value is not None}
    goes_out = {"OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"}
    if environment.SPOOL not in {*found, *present} and not goes_out & {*found, *present}:
        found[environment.SPOOL] = DEFAULT_SPOOL
    if asked.redact_emails or asked.no_redact:
        found[environment.REDACT] = "off" if asked.no_redact else "emails"
    if asked.without:
        found[environment.TRACE_WITHOUT] = ",".join(asked.without)
    return found


def _number(text: str) -> str:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a number from 0, not {text!r}")
    return text


def _address(text: str) -> str:
    if fault := fault_of(text):
        raise argparse.ArgumentTypeError(fault)
    return text


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help as the other commands print it."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=80)

    def add_usage(
        self,
        usage: str | None,
        actions: "Sequence[argparse.Action]",  # type: ignore[override]
        groups: object,
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, "Usage: ")  # type: ignore[arg-type]
