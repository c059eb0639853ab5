"""How scores are laid out in MLflow: feedback on steps and traces, and metrics of runs.

MLflow shows a boolean as a share with a coloured difference, and takes a higher one for better; of
a number it shows the mean, and knows no direction. So yes-or-no scores are booleans where yes is
good, and numbers that have a direction get a boolean beside them: whether all was well.
"""

import hashlib
import json
import math
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from midspan.dashboards.comparison_words import headline, shared_tasks
from midspan.scorers.comparison import Comparison, Figure
from midspan.scorers.comparison.runs import AXES
from midspan.scorers.score import Better, Declaration

STEP: Final = "step."
"""Names of scores of steps begin so: with a slash, MLflow would cut off what comes before it."""

ALL_WELL: Final = ".ok"
"""Names of booleans beside numbers end so."""

MEAN: Final = "/mean"
LOW, HIGH, TASKS, MEDIAN = "/low", "/high", "/n", "/median"

LONGEST_PREVIEW: Final = 1000
LONGEST_SESSION: Final = 250
LONGEST_PARAM: Final = 6000
LONGEST_NAME: Final = 250
LONGEST_NOTE: Final = 8000

_LONGEST_END: Final = 10
"""Characters kept free for what stands behind the name of a metric."""

_STRANGE: Final = re.compile(r"[^\w.\- :/]")
"""What MLflow takes in no name of a metric or parameter."""

NEVER_ALL_WELL: Final = frozenset({"turns", "tool_calls", "longest_loop", "loop"})
"""Counts that are better lower, and of which none at all is nothing to strive for."""

_WEIGHED: Final = ("compat.", "composite.", "gamma_reward")
_DIGITS: Final = 4

Value = bool | float | str | None


class Feedback(NamedTuple):
    """A name and a value as MLflow takes them."""

    name: str
    value: Value


def feedback(
    what: Declaration, value: float | None, label: str | None, *, step: bool
) -> Iterator[Feedback]:
    """Yield a score as feedback, and after it whether all was well, where that can be said.

    >>> from midspan.scorers.comparison.declared import declared
    >>> from midspan.scorers.plugins import declarations
    >>> known = declarations()
    >>> def shown(name: str, value: float, label: str | None = None) -> list[tuple[str, Value]]:
    ...     step = known[name].level == "step"
    ...     return [tuple(one) for one in feedback(declared(name, known), value, label, step=step)]
    >>> shown("call_ok", 0.0, "hidden.error")
    [('step.call_ok', False)]
    >>> shown("recovery_rate", 0.5)
    [('recovery_rate', 0.5), ('recovery_rate.ok', False)]
    >>> shown("tokens", 5364.0)
    [('tokens', 5364.0)]
    """
    name = f"{STEP if step else ''}{what.name}"
    if value is None:
        # A word among booleans or numbers would make MLflow take the whole column for words.
        yield Feedback(name, label if what.unit in ("label", "") else None)
        return
    if _is_truth(what, value, label):
        yield Feedback(name, value == 1)
        return
    yield Feedback(name, value)
    # Of a step, what is better lower is told only where it went wrong.
    well = None if step else _all_well(what, value)
    if well is not None:
        yield Feedback(f"{name}{ALL_WELL}", well)


def rationale(value: Value, label: str | None, explanation: str | None) -> str | None:
    """Return what stands below a value: the label, where it says more, and the explanation."""
    said = [label] if label not in (None, "pass", "fail", value) else []
    return ": ".join(part for part in [*said, explanation] if part) or None


def _is_truth(what: Declaration, value: float, label: str | None) -> bool:
    if value not in (0, 1):
        return False
    if what.unit == "0/1":
        return what.better is Better.HIGHER
    return what.unit == "" and label in ("pass", "fail")


def _all_well(what: Declaration, value: float) -> bool | None:
    """Return whether nothing could be better; None where no value means that."""
    if what.better is Better.NEITHER or what.name.startswith(_WEIGHED):
        return None
    if what.unit == "share" and what.better is Better.HIGHER:
        return value >= 1
    if what.unit in ("share", "0/1", "count") and what.better is Better.LOWER:
        return None if what.name in NEVER_ALL_WELL else value <= 0
    return None


def metrics(comparison: Comparison, side: str, named: Iterable[str] = ()) -> dict[str, float]:
    """Return the figures of a variant: value, ends of the interval, tasks, and the median if any.

    `named` are the scores that stand on traces: over them the value is `NAME/mean`, as MLflow's own
    evaluation calls it. A figure that only a variant has stands under its name alone.
    """
    on_traces = set(named)
    found: dict[str, float] = {}
    for score in comparison.scores:
        for figure in score.figures:
            if figure.side == side and figure.estimate is not None:
                found |= _figure(score.name, figure, mean=score.name in on_traces)
    for coverage in comparison.coverage:
        if coverage.side == side:
            found["runs/planned"] = float(coverage.planned)
            found["runs/evaluated"] = float(coverage.evaluated)
            found["runs/infra"] = float(coverage.infra)
    return found


def accepted(name: str) -> str:
    """Return a name as MLflow takes one of a metric or parameter: short, and a path below here.

    One that it would refuse is written otherwise, and ends in a digest that keeps it apart.

    >>> accepted("rule.look-first"), accepted("../up"), accepted("")
    ('rule.look-first', '_/up-8c722b8a', '_-e3b0c442')
    """
    parts = _STRANGE.sub("_", name).split("/")
    path = "/".join("_" if part in ("", ".", "..") else part for part in parts)
    longest = LONGEST_NAME - _LONGEST_END
    if path == name and len(path) <= longest and posixpath.normpath(path) == path:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{path[: longest - len(digest) - 1]}-{digest}"


def _figure(name: str, figure: Figure, *, mean: bool) -> Iterator[tuple[str, float]]:
    assert figure.estimate is not None
    name = accepted(name)
    told = {
        MEAN if mean else "": figure.estimate.value,
        LOW: figure.estimate.low,
        HIGH: figure.estimate.high,
        MEDIAN: figure.median.value if figure.median else None,
        TASKS: float(figure.estimate.tasks),
    }
    for end, number in told.items():
        if number is not None and math.isfinite(number):
            yield f"{name}{end}", rounded(number)


def rounded(number: float) -> float:
    """Return a number as short as it can be read: MLflow's tables print every digit.

    >>> rounded(0.66666667), rounded(12345.678901), rounded(0.000123456)
    (0.6667, 12345.6789, 0.0001235)
    """
    digits = _DIGITS
    if number and abs(number) < 0.1:
        digits += -math.floor(math.log10(abs(number))) - 1
    return round(number, digits)


def description(comparisons: Mapping[str, Comparison]) -> str:
    """Return what comparisons along some axes say, in a sentence for each: Markdown."""
    lines = []
    for axis, comparison in comparisons.items():
        lines += [f"**By {axis}**, on {shared_tasks(comparison)}:", ""]
        lines += [
            f"- {side} against {baseline}: {headline(comparison, baseline, side)}"
            for baseline, side in comparison.contrasts
        ]
        lines += ["", f"All of it: artifact `comparison/comparison-by-{axis}.md`", ""]
    return "\n".join(lines).strip()[:LONGEST_NOTE]


def variant_name(variant: Mapping[str, Any], varying: Sequence[str]) -> str:
    """Return what a variant is called: what it differs in from the others.

    >>> variant_name({"model": "qwen", "revision": "v1", "tier": None}, ["model", "revision"])
    'qwen · v1'
    """
    parts = [str(variant[axis]) for axis in varying if variant.get(axis) is not None]
    parts = parts or [str(variant[axis]) for axis in AXES if variant.get(axis) is not None]
    return " · ".join(parts) or "all runs"


def params(variant: Mapping[str, Any], details: Sequence[str | None]) -> dict[str, str]:
    """Return what a variant is, and what all of its runs were recorded to be served and run with.

    `details` are the column `detail` of its runs: JSON. What differs between runs is left out.

    >>> params({"model": "qwen", "tier": None}, ['{"sampling": {"seed": 0, "top_p": 1}}',
    ...     '{"sampling": {"seed": 1, "top_p": 1}}'])
    {'model': 'qwen', 'sampling.top_p': '1'}
    """
    named = {axis: str(variant[axis]) for axis in AXES if variant.get(axis) is not None}
    flat = [dict(_flat(_read(detail))) for detail in dict.fromkeys(details)]
    shared = flat[0] if flat else {}
    for other in flat[1:]:
        shared = {key: value for key, value in shared.items() if other.get(key) == value}
    return named | {
        accepted(key): value[:LONGEST_PARAM] for key, value in shared.items() if key not in named
    }


def _read(detail: str | None) -> Any:
    try:
        return json.loads(detail or "{}")
    except (ValueError, RecursionError):
        return {}


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _flat(one, f"{path}.{key}" if path else str(key))
    elif path and value is not None:
        yield path, value if isinstance(value, str) else json.dumps(value)


def pair(task: str, trial: int, repeated: int = 0) -> str:
    """Return what a run is of: the same text in every variant, so that MLflow pairs them.

    >>> pair("refund-eur", 1), pair("refund-eur", 1, 2)
    ('refund-eur#1', 'refund-eur#1 (2)')
    """
    told = f"#{trial}{f' ({repeated})' if repeated else ''}"
    return f"{task[: LONGEST_SESSION - len(told)]}{told}"


def preview(paired: str, question: str | None) -> str:
    """Return the request of a trace as its list shows it."""
    return " · ".join(part for part in (paired, question) if part)[:LONGEST_PREVIEW]
