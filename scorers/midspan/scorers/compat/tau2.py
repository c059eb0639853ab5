"""tau2-bench: its action check. Every expected action is met by some call, which is not spent.

Only the arguments that the agent gave are compared, so a call without arguments meets every action
of its name. Text that holds a JSON object or list is compared as what it holds.
"""

import json
from typing import Any, Final

from midspan.scorers.compat.case import Case, MadeCall, Mode, WantedCall


def _actions(case: Case) -> float:
    return float(all(any(_meets(call, action) for call in case.made) for action in case.wanted))


def _meets(call: MadeCall, action: WantedCall) -> bool:
    given, asked = call.arguments or {}, action.arguments or {}
    compared = {key: value for key, value in asked.items() if key in given}
    return call.name == action.name and _decoded(dict(given)) == _decoded(compared)


def _decoded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _decoded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_decoded(item) for item in value]
    if isinstance(value, str) and value.strip().startswith(("{", "[")):
        try:
            return _decoded(json.loads(value))
        except ValueError:
            return value
    return value


MODES: Final = (
    Mode(
        name="tau2.actions",
        description="tau2-bench action check: every expected call is met by some call.",
        judge=_actions,
    ),
)
"""The one check."""
