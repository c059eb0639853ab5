"""BFCL: its check of parallel calls by abstract syntax tree, for Python.

As many calls as expected; each expected call takes the first one left that is valid for it, and
keeps it. What is valid is in `bfcl_values`.
"""

from collections.abc import Mapping
from typing import Any, Final

from midspan.scorers.compat.bfcl_values import TYPES, is_valid
from midspan.scorers.compat.case import CannotJudge, Case, MadeCall, Mode, Reads, WantedCall

_BY_JSON_TYPE: Final = {"number": "float", "object": "dict"}
"""Types that go by another name there."""

_RAISED: Final = (AttributeError, KeyError, OverflowError, TypeError)
"""What the checker lets through on values that it was not made for, and so do we."""


def _ast(case: Case) -> bool:
    if len(case.made) != len(case.wanted):
        return False
    left = list(case.made)
    for wanted in case.wanted:
        if (schema := case.schemas.get(wanted.name)) is None:
            raise CannotJudge(f"the parameters of `{wanted.name}` were not recorded")
        try:
            found = next((at for at, made in enumerate(left) if _fits(made, wanted, schema)), -1)
        except _RAISED as error:
            raise CannotJudge(f"BFCL raises {type(error).__name__} on `{wanted.name}`") from error
        if found < 0:
            return False
        del left[found]
    return True


def _fits(made: MadeCall, wanted: WantedCall, schema: Mapping[str, Any]) -> bool:
    given, allowed = made.arguments or {}, wanted.allowed or {}
    if made.name != wanted.name or any(name not in given for name in schema.get("required", ())):
        return False
    known = schema.get("properties", {})
    for name, value in given.items():
        if name not in known or name not in allowed:
            return False
        if not is_valid(value, allowed[name], *_types(known[name])):
            return False
    return all(name in given or "" in options for name, options in allowed.items())


def _types(details: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return the type of a parameter, and of the items where it is a list."""
    type_ = _type(details)
    return type_, _type(details["items"]) if type_ in ("array", "tuple") else None


def _type(details: Mapping[str, Any]) -> str:
    type_ = str(_BY_JSON_TYPE.get(details["type"], details["type"]))
    if type_ not in TYPES:
        raise KeyError(type_)
    return type_


MODES: Final = (
    Mode(
        name="bfcl.ast",
        description="BFCL parallel AST check: each expected call is met by one call, no others.",
        judge=_ast,
        reads=Reads.ALLOWED,
    ),
)
"""The check of parallel calls; with one call expected it is the check of a simple one."""
