"""How scores look in Phoenix: which of them it charts, and the scale and colour of each.

Phoenix draws all scores of a project into one chart with one scale, where a count of 2,000 tokens
flattens every rate. So only rates go there as numbers; of a step's counts the label and the
explanation do.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from midspan.dashboards.terminal.score_families import HEADLINES
from midspan.scorers.comparison.declared import SHARES
from midspan.scorers.score import Better, Declaration, Level

FIGURES: Final = frozenset({"count", "calls", "tokens", "seconds", "USD", "ratio"})
"""Units that have no upper end: no rates."""

NO_CHART: Final = "counts and amounts, which would flatten Phoenix's charts of rates"

COMPARED: Final = frozenset({"outcome", "success", *HEADLINES})

DIRECTIONS: Final = {
    Better.HIGHER: "MAXIMIZE",
    Better.LOWER: "MINIMIZE",
    Better.NEITHER: "NONE",
}


def is_rate(what: Declaration) -> bool:
    """Return whether the values of a score fit into one chart with shares.

    >>> from midspan.scorers.plugins import declarations
    >>> known = declarations()
    >>> is_rate(known["recovery_rate"]), is_rate(known["tokens"])
    (True, False)
    """
    return what.unit not in FIGURES


def is_shown(what: Declaration) -> bool:
    """Return whether Phoenix gets the score: rates of runs, and everything about a step."""
    return is_rate(what) or what.level is Level.STEP


def is_compared(name: str, more: Collection[str] = ()) -> bool:
    """Return whether variants are compared by a score: a headline, a composite, one of `more`.

    Each is a line in one chart, and a request for every run: all scores would be too many.

    >>> is_compared("recovery_rate"), is_compared("check.amount"), is_compared("json_pass")
    (True, False, False)
    """
    return name in COMPARED or name in more or name.startswith("composite.")


def annotation_config(
    what: Declaration, labels: Mapping[str, float | None] | None = None
) -> dict[str, Any]:
    """Return how Phoenix is to understand a score; `labels` are those it has, with their values.

    >>> from midspan.scorers.plugins import declarations
    >>> config = annotation_config(declarations()["recovery_rate"])
    >>> config["type"], config["lower_bound"], config["upper_bound"]
    ('CONTINUOUS', 0.0, 1.0)
    >>> annotation_config(declarations()["call_ok"], {"none": 1.0, "hidden.error": 0.0})["values"]
    [{'label': 'none', 'score': 1.0}, {'label': 'hidden.error', 'score': 0.0}]
    """
    config: dict[str, Any] = {
        "name": what.name,
        "optimization_direction": DIRECTIONS[what.better],
        "description": what.description or None,
    }
    if labels and what.unit != "share":
        ordered = sorted(labels, key=lambda label: (-_order(labels[label]), label))
        scores = labels if is_rate(what) else dict.fromkeys(labels)
        values = [{"label": label, "score": scores[label]} for label in ordered]
        return config | {"type": "CATEGORICAL", "values": values}
    low, high = (0.0, 1.0) if what.unit in SHARES else (None, None)
    return config | {"type": "CONTINUOUS", "lower_bound": low, "upper_bound": high}


def with_values(
    config: Mapping[str, Any], values: Sequence[Mapping[str, Any]]
) -> dict[str, Any] | None:
    """Return a config that knows these values, too; None where it knows them all.

    What it says already stays: somebody may have set it.
    """
    known = {value["label"] for value in config["values"]}
    more = [dict(value) for value in values if value["label"] not in known]
    return {**config, "values": [*config["values"], *more]} if more else None


def _order(score: float | None) -> float:
    return float("-inf") if score is None else score
