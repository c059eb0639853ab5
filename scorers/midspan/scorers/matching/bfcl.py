"""Arguments as the Berkeley Function-Calling Leaderboard compares them."""

import re
from typing import Any, Final

from midspan.scorers.matching.rules import Rule
from midspan.scorers.matching.values import same_value

_IGNORED: Final = re.compile(r"[ ,./\-_*^]")


def bfcl_text(text: str) -> str:
    """Return text without what the leaderboard ignores: case, some punctuation, kind of quotes.

    >>> bfcl_text("New York, N.Y.") == bfcl_text("new-york ny")
    True
    """
    return _IGNORED.sub("", text).lower().replace("'", '"')


def bfcl_meets(rule: Rule, given: Any) -> bool:
    """Return whether a value is one of those allowed, text compared loosely, types strictly."""
    if rule.options is None:
        return rule.matches(given)
    try:
        given = _loose(given)
    except RecursionError:  # nested deeper than anything that somebody writes down
        return False
    return any(same_value(_loose(option), given, ordered=rule.ordered) for option in rule.options)


def bfcl_optional(rule: Rule) -> bool:
    """Return whether the argument may be missing: the empty text among the allowed values says so.

    A single literal "" is a value like any other.
    """
    allowed = rule.options is not None and rule.matcher is not None and "" in rule.options
    return rule.optional or allowed


def _loose(value: Any) -> Any:
    if isinstance(value, str):
        return bfcl_text(value)
    if isinstance(value, list):
        return [_loose(item) for item in value]
    if isinstance(value, dict):
        return {key: _loose(item) for key, item in value.items()}
    return value
