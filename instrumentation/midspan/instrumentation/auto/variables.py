"""The environment in which the Python processes of a command record themselves."""

import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from midspan.instrumentation import environment
from midspan.instrumentation.run_context import RunContext

HOOK: Final = Path(__file__).parent / "hook"
RESOURCE: Final = "OTEL_RESOURCE_ATTRIBUTES"

# Instrumentation of OpenTelemetry's own keeps content only where it is asked to.
_CONTENT_OF_OTHERS: Final = {
    environment.CAPTURE_CONTENT: "SPAN_ONLY",
    "OTEL_SEMCONV_STABILITY_OPT_IN": "gen_ai_latest_experimental",
}


def traced_variables(given: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a command with those that have its Python processes recorded.

    Without a run id, they get a fresh one.
    """
    variables = {**_CONTENT_OF_OTHERS, **given}
    variables.setdefault(environment.RUN_ID, uuid.uuid4().hex)
    variables[environment.TRACE] = str(os.getpid())
    if spool := variables.get(environment.SPOOL):
        # The command may change its directory.
        variables[environment.SPOOL] = spool if "://" in spool else os.path.abspath(spool)
    context = RunContext.from_environment(variables)
    if context is not None:
        # Instrumentation in other languages knows this variable, and ingest what stands in it.
        told_to_all = [variables.get(RESOURCE), context.resource_attributes()]
        variables[RESOURCE] = ",".join(filter(None, told_to_all))
    paths = [str(HOOK), *filter(None, [variables.get("PYTHONPATH")])]
    variables["PYTHONPATH"] = os.pathsep.join(paths)
    return variables
