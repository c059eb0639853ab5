"""`midspan trace`: any Python agent with whatever instrumentation is installed turned on.

Only the standard library is needed beside OpenTelemetry, so it works in a bare install.
"""

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from midspan.instrumentation import environment
from midspan.instrumentation.auto import options
from midspan.instrumentation.auto.found import look
from midspan.instrumentation.auto.notes import said_of, said_of_run
from midspan.instrumentation.auto.reporting import Reports
from midspan.instrumentation.auto.result import write_result, written_spans
from midspan.instrumentation.auto.supervising import end_alike, supervised
from midspan.instrumentation.auto.variables import traced_variables
from midspan.instrumentation.run_context import RunContext

USAGE_ERROR: Final = 2
SURROUNDINGS_ERROR: Final = 4


def main(words: Sequence[str]) -> int:
    """Return the exit code of the command that was run, or say why none was."""
    parser = options.parser()
    try:
        asked = parser.parse_args(list(words))
    except SystemExit as ended:
        return int(ended.code or 0)
    command = asked.command[1:] if asked.command[:1] == ["--"] else asked.command
    if asked.list:
        sys.stdout.write("".join(f"{line}\n" for line in said_of(look(asked.without))))
        return 0
    if not command:
        sys.stderr.write(f"{parser.format_usage()}midspan trace: name a command after --\n")
        return USAGE_ERROR
    return _traced(command, options.variables(asked, os.environ))


def _traced(command: Sequence[str], told: dict[str, str]) -> int:
    variables = traced_variables({**os.environ, **told})
    context = RunContext.from_environment(variables) or RunContext()
    with Reports() as reports:
        variables[environment.TRACE_REPORT] = reports.name()
        started_ns = time.time_ns()
        try:
            code = supervised(command, variables, reports.writing)
        except OSError as error:
            sys.stderr.write(f"midspan trace: {command[0]}: {error.strerror}\n")
            return SURROUNDINGS_ERROR
        lost = reports.lost()
    spool = variables.get(environment.SPOOL)
    if spool:
        _record(Path(spool), context, code, started_ns, lost)
    return end_alike(code)


def _record(spool: Path, context: RunContext, code: int, started_ns: int, lost: int) -> None:
    run_id, launch = str(context.run_id), context.launch
    written = written_spans(spool, run_id, launch)
    record = {
        "run_id": run_id,
        "launch": launch,
        "ended_by": "signal" if code < 0 else "exit",
        "exit_code": code if code >= 0 else 128 - code,
        "started_ns": started_ns,
        "ended_ns": time.time_ns(),
        "spans_written": written,
        "spans_lost": lost,
    }
    try:
        spool.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_result(spool, record)
    except OSError as error:
        sys.stderr.write(
            f"midspan trace: {spool}: {error.strerror}; the run has no result record\n"
        )
    for line in said_of_run(spool, run_id, launch, written, lost):
        sys.stderr.write(f"midspan: {line}\n")
