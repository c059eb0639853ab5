"""Ragas: `ToolCallAccuracy`, with strict and with free order, and `ToolCallF1`."""

from collections.abc import Sequence
from typing import Final

from midspan.scorers.compat.case import Arguments, Case, MadeCall, Mode, WantedCall, hashable

Calls = Sequence[MadeCall | WantedCall]


def _accuracy(case: Case) -> float:
    return _aligned_accuracy(case.made, case.wanted)


def _accuracy_in_any_order(case: Case) -> float:
    return _aligned_accuracy(sorted(case.made, key=_place), sorted(case.wanted, key=_place))


def _aligned_accuracy(made: Calls, wanted: Calls) -> float:
    """Return the mean share of arguments alike; nothing where the sequences of names differ."""
    if not made and not wanted:
        return 1.0
    if [call.name for call in made] != [call.name for call in wanted]:
        return 0.0
    pairs = zip(made, wanted, strict=True)
    shares = [_share_alike(call.arguments or {}, other.arguments or {}) for call, other in pairs]
    return sum(shares, start=0.0) / len(wanted)


def _share_alike(made: Arguments, wanted: Arguments) -> float:
    """Return how many of the wanted arguments were given, compared as Python writes them."""
    if not wanted:
        return 0.0 if made else 1.0
    alike = [key in made and str(made[key]) == str(value) for key, value in wanted.items()]
    return sum(alike) / len(wanted)


def _place(call: MadeCall | WantedCall) -> tuple[str, ...]:
    """Return where a call is sorted, by its text and not by what it would fit."""
    arguments = call.arguments or {}
    return (call.name, *(part for key in sorted(arguments) for part in (key, str(arguments[key]))))


def _f1(case: Case) -> float:
    made = {(call.name, hashable(call.arguments)) for call in case.made}
    wanted = {(call.name, hashable(call.arguments)) for call in case.wanted}
    shared = len(made & wanted)
    if not shared:
        return 0.0
    precision, recall = shared / len(made), shared / len(wanted)
    return round(2 * precision * recall / (precision + recall), 4)


MODES: Final = (
    Mode(
        name="ragas.accuracy",
        description="Ragas ToolCallAccuracy: share of arguments alike; 0 unless names align.",
        judge=_accuracy,
        binary=False,
    ),
    Mode(
        name="ragas.accuracy.any_order",
        description="Ragas ToolCallAccuracy, strict_order=False: calls are sorted, then paired.",
        judge=_accuracy_in_any_order,
        binary=False,
    ),
    Mode(
        name="ragas.f1",
        description="Ragas ToolCallF1: F1 of the sets of calls; equal calls count once.",
        judge=_f1,
        binary=False,
    ),
)
"""Accuracy in both orders, and F1."""
