"""Which two variants are worth a look beside each other."""

from pathlib import Path

import polars as pl
import pytest

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.mlflow.variants import (
    VARIANT,
    Variants,
    telling_pair,
    variants_of,
)
from tests.scorers.comparison.builders import compared, ground, run_list, trials
from tests.support.otlp import Json, Story
from tests.support.workspaces import ingested


@pytest.mark.parametrize(
    ("successes", "expected"),
    [
        (("11", "11", "00"), (2, 0)),
        (("10", "00", "11"), (1, 2)),
        # All alike: those that differ in the model alone.
        (("11", "11", "11"), (0, 2)),
    ],
)
def test_the_two_that_are_furthest_apart(
    successes: tuple[str, ...], expected: tuple[int, int]
) -> None:
    axes = [("small", "v1"), ("large", "v2"), ("large", "v1")]
    every = pl.DataFrame(
        [
            {**dict.fromkeys(VARIANT), "variant": number, "model": model, "revision": revision}
            for number, (model, revision) in enumerate(axes)
        ]
    )
    figures = trials("0", *[successes[0]] * 4)
    for number in (1, 2):
        figures |= trials(str(number), *[successes[number]] * 4)

    found = telling_pair(
        compared(ground(run_list(figures)), baseline="0"),
        Variants(project="shop", every=every, runs=pl.DataFrame()),
    )

    assert found == expected


@pytest.mark.parametrize(
    ("partial", "pairs"),
    [(False, ["price#0", "price#1", "price#3"]), (True, [None, None, "price#3"])],
)
def test_a_part_of_the_runs_does_not_number_trials_that_no_run_names(
    tmp_path: Path, partial: bool, pairs: list[str | None]
) -> None:
    spans: list[Json] = []
    for number in (1, 2, 3):
        context = {"task": "price", **({"trial": 3} if number == 3 else {})}
        story = Story(trace=number, run_id=f"{number:032x}", second=number)
        with story.agent(output="Done.") as agent:
            pass
        for name, value in context.items():
            kind = "intValue" if isinstance(value, int) else "stringValue"
            agent["attributes"].append({"key": f"midspan.{name}", "value": {kind: value}})
        spans += story.spans

    [found] = variants_of(ingested(tmp_path, spans), Asked(partial=partial))

    assert found.runs.sort("run_id")["pair"].to_list() == pairs
