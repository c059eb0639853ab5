"""Figures and differences, against the same written down in plain Python."""

from collections import defaultdict
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midspan.scorers.comparison import one_workspace
from tests.scorers.builders import Row
from tests.scorers.comparison.builders import ENDS, compared, ground

RUNS = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from(["t0", "t1", "t2"]),
        st.sampled_from(["x", "y", None]),
        st.sampled_from("110ei?"),
        st.one_of(st.none(), st.integers(0, 9).map(float)),
    ),
    min_size=2,
    max_size=30,
).filter(lambda runs: {run[0] for run in runs} == {"a", "b"})

Unit = tuple[str, str | None]


def rows(runs: list[tuple[str, str, str | None, str, float | None]]) -> list[Row]:
    check = {"id": "x", "kind": "state", "passed": True, "detail": None}
    return [
        {
            **{"model": model, "task": task, "tier": tier, "outcome": ENDS[end]},
            **{"planned": True, "trace_ids": ["t"], "checks": [check]},
        }
        for model, task, tier, end, _ in runs
    ]


def over_tasks(units: dict[Unit, float]) -> float | None:
    by_task = defaultdict(list)
    for (task, _), value in units.items():
        by_task[task].append(value)
    return fmean(fmean(values) for values in by_task.values()) if by_task else None


def means(values: dict[tuple[str, Unit], list[float]], model: str) -> dict[Unit, float]:
    return {unit: fmean(each) for (of, unit), each in values.items() if of == model and each}


@settings(deadline=None, max_examples=60)
@given(RUNS)
def test_means_of_means_on_shared_units(
    runs: list[tuple[str, str, str | None, str, float | None]],
) -> None:
    found: dict[str, dict[tuple[str, Unit], list[float]]] = {
        "success": defaultdict(list),
        "tokens": defaultdict(list),
    }
    for model, task, tier, end, tokens in runs:
        if end != "i":
            found["success"][model, (task, tier)].append(float(end == "1"))
            if tokens is not None:
                found["tokens"][model, (task, tier)].append(tokens)
    on = ground(rows(runs), {"tokens": [run[4] for run in runs]})
    sides = one_workspace(on.cells, "model", baseline="a")
    for score in compared(on, sides=sides, primary=["success", "tokens"], names=[]).scores:
        a, b = (means(found[score.name], model) for model in "ab")
        for figure, units in zip(score.figures, (a, b), strict=True):
            value = figure.estimate.value if figure.estimate else None
            assert value == pytest.approx(over_tasks(units))
        shared = a.keys() & b.keys()
        [difference] = score.differences
        assert difference.value == pytest.approx(over_tasks({u: b[u] - a[u] for u in shared}))
        assert difference.tasks == len({task for task, _ in shared})
        assert difference.before == pytest.approx(over_tasks({u: a[u] for u in shared}))
