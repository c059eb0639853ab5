"""What is fixed about each score: its unit and which way it is better, for figures of cells too."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from midspan.scorers.score import Better, Declaration, Level

POOLED: Final = frozenset({"adaptive_share", "degenerate_share", "retry_efficiency", "retry_waste"})
"""Shares of few events a run, mostly 0 or 1: over runs their events are counted together."""

PER_SUCCESS: Final[Mapping[str, tuple[str, str]]] = {
    "tokens_per_success": ("tokens", "value"),
    "attempts_per_success": ("attempts_per_operation", "numerator"),
    "turns_per_success": ("turns", "value"),
    "seconds_per_success": ("seconds", "value"),
    "cost_per_success": ("cost_usd", "value"),
}
"""Of which score all runs together are divided by the successes, and which column holds it."""

RELIABILITY: Final = re.compile(r"(pass_at|pass_hat)_([1-9]\d*)")
"""Pass@k and pass^k, by the names that servers take."""

SHARES: Final = frozenset({"share", "0/1"})
MEDIANS: Final = ("tokens", "seconds", "turns")
"""Scores of which a few runs have a hundred times the rest: their median is shown, too."""

ALIASES: Final[Mapping[str, str]] = {"success_rate": "success"}
"""The figure of a variant that goes by another name than the score of a run."""

_LOWER, _HIGHER = Better.LOWER, Better.HIGHER
_OF_CELLS: Final = (
    ("success", "0/1", _HIGHER, "Share of runs that solved their task."),
    ("error_rate", "share", _LOWER, "Share of runs that broke off or gave no answer."),
    ("infra_rate", "share", _LOWER, "Share of planned runs that the infrastructure failed."),
    ("tokens_per_success", "tokens", _LOWER, "Tokens of all runs / successes."),
    ("attempts_per_success", "count", _LOWER, "Executed calls of all runs / successes."),
    ("turns_per_success", "count", _LOWER, "Turns of all runs / successes."),
    ("seconds_per_success", "seconds", _LOWER, "Seconds of all runs / successes."),
    ("cost_per_success", "USD", _LOWER, "Cost of all runs / successes."),
    ("step_ratio", "ratio", _LOWER, "Turns of successes / fewest turns of any success."),
)
_FAMILIES: Final = (
    (r"pass_at_[1-9]\d*", "share", _HIGHER, "At least one of so many trials succeeds."),
    (r"pass_hat_[1-9]\d*", "share", _HIGHER, "All of so many trials succeed."),
    (r"check\..+", "0/1", _HIGHER, "This check of the task holds."),
    (r"rule\..+", "0/1", _HIGHER, "This rule was kept."),
    (r"composite\..+", "share", _HIGHER, "A weighted mean of scores."),
    (r"compat\..+", "share", _HIGHER, "As another tool would say."),
    (r"marker\..+", "0/1", Better.NEITHER, "Share of runs in which this marker fired."),
)


def declared(name: str, known: Mapping[str, Declaration]) -> Declaration:
    """Return what is fixed about a score; of one that nobody declares, that it has no direction.

    `known` are the declarations of the scorers.

    >>> declared("pass_hat_3", {}).better.value, declared("pass_hat_3", {}).unit
    ('higher', 'share')
    """
    found = known.get(name) or _of_cells(name) or _declaration(name, "", Better.NEITHER, "")
    return replace(found, name=name)  # one may be declared for a family of names


def is_yes_or_no(what: Declaration) -> bool:
    """Return whether each run has it or has it not: a share of runs, not one within runs."""
    return what.unit == "0/1" or what.name in {"error_rate", "infra_rate"}


def _of_cells(name: str) -> Declaration | None:
    for known, unit, better, description in _OF_CELLS:
        if name == known:
            return _declaration(name, unit, better, description)
    for pattern, unit, better, description in _FAMILIES:
        if re.fullmatch(pattern, name):
            return _declaration(name, unit, better, description)
    return None


def _declaration(name: str, unit: str, better: Better, description: str) -> Declaration:
    return Declaration(
        name=name, level=Level.CELL, unit=unit, better=better, description=description
    )
