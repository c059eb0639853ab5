import json
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from midspan.scorers.errors import InvalidInput
from midspan.scorers.loop import Loop
from midspan.scorers.score import score_rows
from tests.scorers.builders import Row, calls, tables
from tests.scorers.oracle.loop import repetitions


def search(query: str, **more: Any) -> Row:
    arguments = json.dumps({"query": query, **more})
    return {"name": "web_search", "raw_arguments": arguments, "failed": False, "result": query}


def steps(*rows: Row, **parameters: Any) -> pl.DataFrame:
    scorer = Loop(**parameters)
    given = scorer.score(tables(calls=calls(*rows))).collect()
    return score_rows(given, name="loop", scorer=scorer).filter(name="loop").sort("run_id", "call")


def loops(*rows: Row, **parameters: Any) -> list[tuple[int, float, str]]:
    return steps(*rows, **parameters).select("call", "value", "label").rows()


ONE = search("capital city of france")
TWO = search("what is the capital city of France")
THREE = search("France, capital city of")
OTHER = search("population of peru")


def test_the_third_query_that_says_much_the_same() -> None:
    rows = steps(ONE, OTHER, THREE, {"name": "open"}, ONE | {"result": "y"}, TWO)
    assert rows.select("call", "value", "label", "explanation").rows() == [
        (4, 3.0, "similar_search", "`web_search` asked nearly the same 3 times")
    ]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        pytest.param([ONE, THREE], [], id="only two"),
        pytest.param([ONE, THREE, THREE | {"result": "z"}], [2], id="three"),
        pytest.param([ONE, OTHER, TWO], [], id="one of them is another question"),
        pytest.param([search("a b c", page=n) for n in range(4)], [], id="page after page"),
        pytest.param(
            [ONE | {"name": "calculate_it"}, THREE | {"name": "calculate_it"}] * 2,
            [],
            id="no search tool",
        ),
        pytest.param(
            [ONE, THREE | {"agent": "helper"}, ONE | {"result": "y"}], [], id="agents are apart"
        ),
        pytest.param([ONE, THREE | {"name": "grep"}, ONE], [], id="tools are apart"),
        pytest.param([search("?") | {"result": str(n)} for n in range(4)], [], id="no words"),
        pytest.param(
            [search("a b c d e", cursor=f"page{n}") for n in range(4)],
            [],
            id="only the query counts, where one argument is named like one",
        ),
        pytest.param(
            [
                {
                    "name": "search",
                    "raw_arguments": json.dumps({"x": f"red green {n}", "y": "blue"}),
                }
                for n in range(3)
            ],
            [2],
            id="else all texts count",
        ),
    ],
)
def test_what_is_a_similar_search(rows: list[Row], found: list[int]) -> None:
    similar = [call for call, _, label in loops(*rows) if label == "similar_search"]
    assert similar == found


def test_parameters() -> None:
    assert loops(ONE, THREE, searches=2) == [(1, 2.0, "similar_search")]
    near = [ONE, TWO, ONE | {"result": "y"}]
    assert loops(*near) == []  # 4 words of 7
    assert loops(*near, similarity=0.5) == [(2, 3.0, "similar_search")]


@pytest.mark.parametrize("parameters", [{"searches": 1}, {"similarity": 0.0}, {"similarity": 1.1}])
def test_parameters_that_mean_nothing(parameters: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=f"loop: {next(iter(parameters))} must be"):
        Loop(**parameters)


WORDS = st.lists(st.sampled_from(["red", "Green", "blue", 'q"', ":,", "]}", "\\"]), max_size=4)


@st.composite
def searches(draw: st.DrawFn) -> list[Row]:
    rows = []
    for number in range(draw(st.integers(0, 12))):
        arguments: Any = {
            draw(st.sampled_from(["query", "Q", "x", "filter"])): " ".join(draw(WORDS)),
            "z": draw(st.sampled_from([0, 1, "red", {"terms": ["blue", "red"]}])),
        }
        if draw(st.booleans()):
            arguments = draw(st.sampled_from(["red", ["red", "blue"], {}, 3]))
        rows.append(
            {
                "run_id": draw(st.sampled_from(["r1", "r2"])),
                "call": number,
                "agent": draw(st.sampled_from([None, "a"])),
                "name": draw(st.sampled_from(["find", "search_it", "look"])),
                "raw_arguments": json.dumps(arguments),
                "result": str(number),
                "failed": False,
            }
        )
    return draw(st.permutations(rows))


@settings(deadline=None)
@given(searches())
@example([ONE] * 60)
def test_agrees_with_the_plain_reference(rows: list[Row]) -> None:
    expected = [
        (*key, float(count), label)
        for key, (count, label) in repetitions(calls(*rows).rows(named=True)).items()
        if count >= 2
    ]
    found = steps(*rows).select("run_id", "call", "value", "label").rows()
    assert found == sorted(expected)
