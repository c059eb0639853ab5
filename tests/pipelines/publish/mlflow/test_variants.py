"""Which two variants are worth a look beside each other."""

import polars as pl
import pytest

from midspan.pipelines.publish.mlflow.variants import VARIANT, Variants, telling_pair
from tests.scorers.comparison.builders import compared, ground, run_list, trials


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
