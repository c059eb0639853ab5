"""Expected calls and their differences in words."""

from typing import Any, Final

from midspan.scorers.canonical import canonical_json
from midspan.scorers.file_format import ArgumentMatcher
from midspan.scorers.matching import GivenArguments, Wanted
from midspan.scorers.matching.rules import normalised
from midspan.scorers.matching.values import same_value

AT_MOST: Final = 60
"""Characters of a value that an explanation shows."""
DIFFERENCES: Final = 3
"""Differences between arguments that an explanation names."""


def expected_call(wanted: Wanted) -> str:
    """Return an expected call as people write it: `refund(order_id="ORD-1")`."""
    arguments = wanted.written.arguments
    if arguments is None:
        return f"`{wanted.name}`"
    said = ", ".join(f"{name}={_rule(rule)}" for name, rule in arguments.items())
    return f"`{wanted.name}({_short(said, 3 * AT_MOST)})`"


def differences(wanted: Wanted, given: GivenArguments) -> str:
    """Return in what arguments differ from those expected."""
    if given.values is None:
        return "the arguments are no JSON object"
    compared = wanted.arguments.compare(given)
    wrong = sorted(compared.looked_at - compared.met)
    said = [_difference(name, wanted, given.values) for name in wrong[:DIFFERENCES]]
    if len(wrong) > DIFFERENCES:
        said.append(f"{len(wrong) - DIFFERENCES} more")
    return "; ".join(said) or "the arguments break the schema of the tool"


def _difference(name: str, wanted: Wanted, values: Any) -> str:
    rules = wanted.written.arguments or {}
    if name not in rules:
        return f"{name} was not expected" if name in values else f"{name} is required and missing"
    if name not in values:
        return f"{name} is missing"
    path, given, expected = _inmost(name, values[name], rules[name])
    return f"{path} is {_value(given)}, expected {_rule(expected)}"


def _inmost(path: str, given: Any, expected: Any) -> tuple[str, Any, Any]:
    """Return the first place inside two values where they differ in what they hold."""
    if isinstance(given, dict) and isinstance(expected, dict) and given.keys() == expected.keys():
        inner = [(f"{path}.{key}", value, expected[key]) for key, value in given.items()]
    elif isinstance(given, list) and isinstance(expected, list) and len(given) == len(expected):
        pairs = enumerate(zip(given, expected, strict=True))
        inner = [(f"{path}[{at}]", *pair) for at, pair in pairs]
    else:
        return path, given, expected
    different = (each for each in inner if not same_value(each[1], normalised(each[2])))
    found = next(different, None)
    return (path, given, expected) if found is None else _inmost(*found)


def _rule(rule: Any) -> str:
    if not isinstance(rule, ArgumentMatcher):
        return _value(rule)
    written = rule.model_dump(mode="json", exclude_unset=True)
    words = [f"{key} {_value(value)}" for key, value in written.items() if key != "optional"]
    if rule.optional:
        words.append("optional")
    return f"<{', '.join(words)}>"


def _value(value: Any) -> str:
    try:
        return _short(canonical_json(value), AT_MOST)
    except RecursionError:
        return "something deeply nested"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."
