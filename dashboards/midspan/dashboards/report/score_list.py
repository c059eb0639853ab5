"""The scores of a report in reading order, and what is fixed about each."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from midspan.dashboards.terminal.score_families import HEADLINES, OTHERS, in_families
from midspan.scorers.comparison.declared import (
    PER_SUCCESS,
    POOLED,
    RELIABILITY,
    SHARES,
    declared,
    is_yes_or_no,
)
from midspan.scorers.score import Declaration

RELIABLE: Final = "Reliability"
FAMILY_OF_CELLS: Final = {
    "error_rate": "Outcome",
    "infra_rate": "Outcome",
    "step_ratio": "Resources",
    **dict.fromkeys(PER_SUCCESS, "Resources"),
}


def score_list(
    names: Iterable[str], of_runs: Iterable[str], known: Mapping[str, Declaration]
) -> list[dict[str, Any]]:
    """Return what is fixed about some scores; `of_runs` are those that a single run has."""
    there, single = set(names), set(of_runs)
    families: dict[str, list[str]] = {title: list(few) for title, few in in_families(there).items()}
    others: list[str] = []
    for name in families.pop(OTHERS, []):
        title = RELIABLE if RELIABILITY.fullmatch(name) else FAMILY_OF_CELLS.get(name)
        (families.setdefault(title, []) if title else others).append(name)
    families[OTHERS] = others
    return [
        _told(name, title, name in single, known)
        for title, names_of_it in families.items()
        for name in names_of_it
    ]


def _told(name: str, family: str, of_run: bool, known: Mapping[str, Declaration]) -> dict[str, Any]:
    what = declared(name, known)
    return {
        "name": name,
        "unit": what.unit,
        "better": what.better.value,
        "says": what.description,
        "level": "run" if of_run else "cell",
        "family": family,
        "headline": name in HEADLINES,
        "share": what.unit in SHARES,
        "kind": _kind(what),
    }


def _kind(what: Declaration) -> str:
    if what.name in POOLED:
        return "pooled"
    if what.name in PER_SUCCESS:
        return "per_success"
    if RELIABILITY.fullmatch(what.name):
        return "reliability"
    if what.name == "step_ratio":
        return "step_ratio"
    return "rate" if is_yes_or_no(what) and what.unit in SHARES else "mean"
