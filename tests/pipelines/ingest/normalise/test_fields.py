"""Fields are filled from the first of their attributes that fits, and each is then mapped."""

import pytest

from midspan.pipelines.ingest.normalise.fields import Fields
from midspan.pipelines.ingest.normalise.numbers import whole_number
from midspan.pipelines.ingest.normalise.source import Source
from tests.pipelines.ingest.normalise.raw_spans import normalised, raw_span

FIELDS = Fields(
    text={"provider": ("a.provider", "a.system"), "agent": ("a.agent",)},
    tokens={"input_tokens": ("a.tokens", "b.tokens")},
    numbers={"cost_usd": ("a.cost",)},
)


def test_what_fits_is_taken_and_the_rest_stays() -> None:
    source = Source(
        raw_span({"a.provider": "", "a.system": "x", "a.tokens": -1, "b.tokens": "7", "c": 1})
    )
    span = normalised({})
    span.agent = "known"
    FIELDS.fill(span, source)
    assert (span.provider, span.agent, span.input_tokens, span.cost_usd) == ("x", "known", 7, None)
    assert source.attributes == {"a.provider": "", "a.tokens": -1, "c": 1}


def test_spans_of_another_shape_are_filled_from_what_they_have() -> None:
    for attributes, cost in (({"a.cost": 0.5}, 0.5), ({"a.agent": "x"}, None), ({}, None)):
        span = normalised({})
        FIELDS.fill(span, Source(raw_span(dict(attributes))))
        assert span.cost_usd == cost


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, 7),
        ("7", 7),
        (7.0, 7),
        (7.5, None),
        (True, None),
        (None, None),
        ("-7", None),
        (2**63, None),
        ("9" * 5000, None),
        (float("inf"), None),
        ([7], None),
    ],
)
def test_a_whole_number_is_one_that_a_column_can_hold(value: object, number: int | None) -> None:
    assert whole_number(value) == number
