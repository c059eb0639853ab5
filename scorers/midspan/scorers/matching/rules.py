"""What is expected of one argument, and whether a value meets it."""

import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from midspan.scorers.file_format import ArgumentMatcher
from midspan.scorers.matching.values import is_number, json_type, same_value

_ANY_TYPE: Final[frozenset[str]] = frozenset(
    ("null", "boolean", "number", "string", "array", "object")
)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A value that an argument must equal, or a matcher that it must satisfy."""

    value: Any = None
    """The literal, canonical; only where there is no matcher."""
    matcher: ArgumentMatcher | None = None
    ordered: bool = True
    """Whether the order in lists counts."""

    @classmethod
    def of(cls, rule: Any, *, ordered: bool = True) -> "Rule":
        """Return the rule that a file writes as a literal or as a matcher."""
        if isinstance(rule, ArgumentMatcher):
            return cls(matcher=rule, ordered=ordered)
        return cls(value=normalised(rule), ordered=ordered)

    @property
    def optional(self) -> bool:
        """Return whether the argument may be missing."""
        return self.matcher is not None and self.matcher.optional

    @cached_property
    def options(self) -> tuple[Any, ...] | None:
        """Return the values that meet the rule, where it names them."""
        if self.matcher is None:
            return (self.value,)
        if self.matcher.any_of is not None:
            return tuple(normalised(option) for option in self.matcher.any_of)
        return None

    def meets(self, given: Any) -> bool:
        """Return whether a given value, canonical, meets the rule."""
        try:
            return self._meets(given)
        except RecursionError:  # nested deeper than anything that somebody writes down
            return False

    def _meets(self, given: Any) -> bool:
        if self.matcher is None:
            return same_value(self.value, given, ordered=self.ordered)
        if self.options is not None:
            return any(same_value(option, given, ordered=self.ordered) for option in self.options)
        return self.matches(given)

    def matches(self, given: Any) -> bool:
        """Return whether a given value satisfies a matcher that names no values."""
        matcher = self.matcher
        if matcher is None:
            return False
        if matcher.regex is not None:
            return isinstance(given, str) and re.search(matcher.regex, given) is not None
        if matcher.approx is not None:
            return is_number(given) and _close(given, matcher.approx, matcher.tolerance)
        if "contains" in matcher.model_fields_set:
            return self._contained_in(given, normalised(matcher.contains))
        return True

    def types(self) -> frozenset[str]:
        """Return the JSON types that a value may have under this rule."""
        if self.options is not None:
            return frozenset(map(json_type, self.options))
        if self.matcher is not None and self.matcher.regex is not None:
            return frozenset({"string"})
        if self.matcher is not None and self.matcher.approx is not None:
            return frozenset({"number"})
        return _ANY_TYPE

    def _contained_in(self, given: Any, part: Any) -> bool:
        if isinstance(given, list):
            return any(same_value(part, item, ordered=self.ordered) for item in given)
        return isinstance(given, str) and isinstance(part, str) and part in given


def normalised(value: Any) -> Any:
    """Return a JSON value in the form that recorded arguments have.

    >>> normalised({"amount": 39.0})
    {'amount': 39}
    """
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: normalised(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [normalised(item) for item in value]
    return value


def _close(given: float, expected: float, tolerance: float) -> bool:
    distance = abs(given - expected)
    # 39 is 0.01 from 38.99 for a person, and a hair more for a computer.
    return distance <= tolerance or math.isclose(distance, tolerance, rel_tol=1e-9)
