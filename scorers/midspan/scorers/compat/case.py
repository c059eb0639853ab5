"""What other tools are shown of a run, calls made beside calls wanted, and how it is judged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Arguments = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class MadeCall:
    """A call of the run."""

    name: str
    arguments: Arguments | None = field(default_factory=dict)
    """None where they were not recorded, or are no JSON object."""
    executed: bool = True
    errored: bool = False
    """The execution ended in an error that its span shows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedCall:
    """A call that the task expects."""

    name: str
    arguments: Arguments | None = field(default_factory=dict)
    """The values; None where the task gives rules instead of values."""
    allowed: Mapping[str, list[Any]] | None = None
    """The values allowed for each argument, `""` among them: it may be missing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One run beside what its task expects."""

    made: tuple[MadeCall, ...]
    wanted: tuple[WantedCall, ...]
    schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """The JSON Schema of each tool's arguments, as far as known."""


class Reads(StrEnum):
    """What of the calls a mode looks at."""

    NAMES = "names"
    ARGUMENTS = "arguments"
    ALLOWED = "allowed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mode:
    """One way in which another tool judges a run."""

    name: str
    """The peer and its mode: `adk.in_order`."""
    description: str
    judge: Callable[[Case], float]
    reads: Reads = Reads.ARGUMENTS
    binary: bool = True
    """It says pass or fail; else a share."""


class CannotJudge(Exception):
    """The other tool could not be given this run, or raises on it."""


def judge(mode: Mode, case: Case) -> float:
    """Return what the peer says of a run, or raise `CannotJudge` with the reason."""
    if mode.reads is not Reads.NAMES:
        _check_arguments_are_known(case)
    if mode.reads is Reads.ARGUMENTS and any(call.arguments is None for call in case.wanted):
        raise CannotJudge("the task expects matchers or any arguments; this mode takes values")
    if mode.reads is Reads.ALLOWED and any(call.allowed is None for call in case.wanted):
        raise CannotJudge("the task expects what a list of allowed values does not say")
    return float(mode.judge(case))


def hashable(value: Any) -> Any:
    """Return a JSON value in a form that equals another one's exactly where the values are equal.

    >>> hashable({"a": [1, {}]}) == hashable({"a": [True, {}]})
    True
    >>> hashable([]) == hashable({})
    False
    """
    if isinstance(value, Mapping):
        return frozenset((key, hashable(item)) for key, item in value.items())
    if isinstance(value, list):
        return tuple(hashable(item) for item in value)
    return value


def _check_arguments_are_known(case: Case) -> None:
    unknown = sum(call.arguments is None for call in case.made)
    if unknown:
        raise CannotJudge(
            f"arguments of {unknown} of {len(case.made)} calls were not recorded as JSON objects"
        )
