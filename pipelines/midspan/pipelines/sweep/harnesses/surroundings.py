"""The variables of an agent: where its model is, and whether it is to record itself."""

import sys
from pathlib import Path

from midspan.instrumentation import environment
from midspan.instrumentation.auto.variables import traced_variables
from midspan.pipelines.sweep.harnesses.driver import Seat
from midspan.scorers.errors import SurroundingsError
from midspan.scorers.suite import Harness
from midspan.scorers.suite.harness import TARGET_PYTHON


def variables_for(seat: Seat, harness: Harness) -> dict[str, str]:
    """Return all variables of an agent that looks for its model among them."""
    return variables_of(seat, harness) | _endpoint(seat)


def variables_of(seat: Seat, harness: Harness) -> dict[str, str]:
    """Return all variables of an agent that is told of its model otherwise."""
    variables = dict(seat.environment)
    if harness.instrument == "proxy":
        # Its own midspan, if it has one, keeps no second record.
        variables.pop(environment.SPOOL, None)
        return variables
    variables[environment.SPOOL] = str(seat.spool.absolute())
    # Python processes of the agent record themselves, as under `midspan trace`.
    return traced_variables(variables)


def python_for(named: str | None, seat: Seat) -> str:
    """Return the interpreter that a suite names: a path, the target's, or else our own."""
    if named is None:
        return sys.executable
    if named != TARGET_PYTHON:
        return named
    environment_of_target = seat.room.environment.get("VIRTUAL_ENV")
    if environment_of_target is None:
        raise SurroundingsError("the target has no environment whose interpreter could be taken")
    return str(Path(environment_of_target) / "bin" / "python")


def _endpoint(seat: Seat) -> dict[str, str]:
    if seat.base_url is None:
        return {}
    return {
        "OPENAI_BASE_URL": seat.base_url,
        "OPENAI_API_BASE": seat.base_url,
        "OPENAI_API_KEY": seat.api_key,
        # Anthropic's clients add the version themselves.
        "ANTHROPIC_BASE_URL": seat.base_url.removesuffix("/v1"),
        "ANTHROPIC_API_KEY": seat.api_key,
    }
