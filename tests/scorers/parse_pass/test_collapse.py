import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from midspan.scorers.parse_pass.collapse import collapse, collapses
from tests.scorers.oracle.outputs import collapsed

PROSE = (
    "The refund was sent to the card that ends in 4242. It takes three to five days until it "
    "shows up. Is there anything else, such as another order, that I can help you with today?"
)
TABLE = (
    "| order | status | sum |\n|" + "-" * 60 + "|" + "-" * 60 + "|" + "-" * 60 + "|\n| 1 | a | b |"
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("!" * 20, "'!' 20 times in a row", id="one character"),
        pytest.param("ok " * 7 + "abcdefgh" * 20, "'abcdefgh' 20 times in a row", id="eight"),
        pytest.param("Ja, 你好" + "你好" * 20, "'你好' 21 times in a row", id="wide characters"),
        pytest.param("\U0001f600" * 20, "'\U0001f600' 20 times in a row", id="four bytes each"),
        pytest.param("\n" * 201, "'\\n' 201 times in a row", id="endless white space"),
        pytest.param("-" * 201, "'-' 201 times in a row", id="an endless rule"),
        pytest.param(
            "I will look up the order now. " + "look up the order " * 25,
            None,
            id="four words over and over: a quarter each",
        ),
        pytest.param(
            "I will now " + "call the tool, " * 20,
            None,
            id="no more than a quarter of the 4-grams",
        ),
        pytest.param(
            "I will now " + "search again " * 20,
            "`search again search again` is 0.47 of 43 tokens",
            id="two words over and over",
        ),
        pytest.param(
            "I will now " + "search\nagain  " * 20,
            "`search again search again` is 0.47 of 43 tokens",
            id="however they are spaced",
        ),
        pytest.param("再试一次。" * 19 + "好", None, id="five characters, 19 times, 38 tokens"),
        pytest.param("again, " * 19 + "so", None, id="39 tokens"),
    ],
)
def test_what_is_a_collapse(text: str, said: str | None) -> None:
    assert collapse(text) == said
    assert collapses(pl.Series([text, None, PROSE])).to_list() == [said, None, None]


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        PROSE * 6,
        TABLE,
        "Title\n" + "=" * 80 + "\n" + PROSE,
        "def f():\n" + " " * 40 + "return 1\n",
        "┌" + "─" * 60 + "┐",
        "    raise KeyError(name)\n    " + "^" * 40,
        "",
        "x" * 19,
    ],
)
def test_prose_and_layout_are_none(text: str) -> None:
    assert collapse(text) is None


PIECES = st.sampled_from(
    [
        "a",
        "ab ",
        "!",
        "- ",
        "-",
        " ",
        "\n",
        "你",
        "é, ",
        "the end ",
        "word",
        "x1",
        "…",
        "._.",
        "\0",
        "^",
        "─",
    ]
)
TEXTS = st.lists(
    st.one_of(
        st.just(PROSE[:60]),
        st.builds(lambda piece, times: piece * times, PIECES, st.integers(1, 60)),
        st.builds(lambda piece, times: piece * times, PIECES, st.sampled_from([19, 20, 21, 201])),
    ),
    max_size=4,
).map("".join)


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=6))
@example(["a" * 15 + "b" * 20, "\n" * 30, "again and " * 20])
def test_agrees_with_the_plain_reference(texts: list[str]) -> None:
    found = collapses(pl.Series(texts, dtype=pl.String))
    assert found.is_not_null().to_list() == [collapsed(text) for text in texts]
