"""What `midspan trace` does inside a Python process, before the program begins."""

import functools
import importlib
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import metadata
from typing import Any, Final

from midspan.instrumentation import environment
from midspan.instrumentation.auto.adopting import adopt_providers
from midspan.instrumentation.auto.found import Instrumentor, Surroundings, look
from midspan.instrumentation.auto.imports import AfterImport
from midspan.instrumentation.auto.libraries import LIBRARIES, Library
from midspan.instrumentation.auto.notes import said_of
from midspan.instrumentation.auto.reporting import tell
from midspan.instrumentation.provider import setup

logger = logging.getLogger(__name__)

SWITCHES: Final = {"pydantic-ai-slim": ("pydantic_ai", "Agent", "instrument_all")}
"""Libraries that emit spans once they are told to."""


def start(variables: Mapping[str, str] = os.environ, *, around: Surroundings | None = None) -> None:
    """Set up where spans go, and have each library recorded as soon as it is imported.

    Args:
        variables: Say where spans go, and what is not to be recorded.
        around: What is installed, where somebody has looked before.
    """
    telemetry = setup()
    adopt_providers()
    pipe = variables.get(environment.TRACE_REPORT, "")
    run_id = variables.get(environment.RUN_ID, "")
    telemetry.at_end(lambda: tell(pipe, telemetry.report(run_id)))
    without = variables.get(environment.TRACE_WITHOUT, "").split(",")
    installed = look([name for name in without if name], around=around)
    if variables.get(environment.TRACE) == str(os.getppid()) and sys.stderr.isatty():
        sys.stderr.write("".join(f"midspan: {line}\n" for line in said_of(installed)))
    after = AfterImport()
    for one in installed.used:
        others = [other for other in installed.doubled if other.instead == one.package]
        turn_on = functools.cache(functools.partial(_turn_on, [one, *others]))
        for module in _modules(one):
            after.do(module, turn_on)
    for library in installed.native:
        if library.distribution in SWITCHES:
            after.do(library.modules[0], functools.partial(_switch_on, library))


def _turn_on(candidates: Sequence[Instrumentor]) -> None:
    """Turn on the first that can be, of those that record the same library."""
    for one in candidates:
        module, _, name = one.target.partition(":")
        try:
            instrumentor: Any = getattr(importlib.import_module(module), name)()
            instrumentor.instrument()
        except Exception as error:
            # Whatever goes wrong in another's package: the program has to run.
            logger.warning("%s %s could not be turned on: %s", one.package, one.version, error)
            continue
        # OpenTelemetry's base class logs that a version does not fit, and does nothing then.
        if getattr(instrumentor, "is_instrumented_by_opentelemetry", True):
            return


def _switch_on(library: Library) -> None:
    module, attribute, method = SWITCHES[library.distribution]
    try:
        getattr(getattr(sys.modules[module], attribute), method)()
    except Exception as error:
        logger.warning("%s could not be told to emit spans: %s", library.distribution, error)


def _modules(one: Instrumentor) -> list[str]:
    known = [LIBRARIES[name].modules for name in one.libraries if name in LIBRARIES]
    if known:
        return [module for modules in known for module in modules]
    return [module for name in one.libraries for module in _top_level(name)]


def _top_level(distribution: str) -> list[str]:
    """Return what a distribution brings to import, as its list of files says."""
    files = metadata.distribution(distribution).files or []
    tops = {file.parts[0].removesuffix(".py") for file in files if file.suffix == ".py"}
    return sorted(top for top in tops if top.isidentifier()) or [distribution.replace("-", "_")]
