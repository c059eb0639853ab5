import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midspan.scorers.grounding import Citations
from midspan.scorers.grounding.references import references_in
from midspan.scorers.score import score_rows
from tests.scorers.builders import Row, calls, runs, spans, tables, text
from tests.scorers.oracle.citations import unsupported

LLM = {"kind": "llm", "span_id": "m0", "turn": 0}
RUN = {"run_id": "r", "root_span_id": "root"}
CITED = "As https://a.org/page says."


def message(role: str, content: str) -> str:
    return json.dumps([{"role": role, "parts": [{"type": "text", "content": content}]}])


def scored(
    answer: str | None, *made: Row, said: str | None = message("user", "Hello"), **more: Any
) -> pl.DataFrame:
    frames = {"spans": spans(LLM), "text": text({"span_id": "m0", "input": said})} | more
    given = tables(runs=runs(RUN | {"answer": answer}), calls=calls(*made), **frames)
    scorer = Citations()
    return score_rows(scorer.score(given).collect(), name="citations", scorer=scorer)


def count(answer: str | None, *made: Row, **more: Any) -> tuple[float | None, str]:
    row = scored(answer, *made, **more).filter(name="unsupported_citations")
    return row["value"].item(), row.select(pl.coalesce("explanation", "reason")).item()


def test_a_source_that_the_agent_never_saw() -> None:
    rows = scored(CITED + " See also doi:10.1000/182.").sort("name").to_dicts()
    where = "https://a.org/page, 10.1000/182"
    assert [
        (row["name"], row["span_id"], row["value"], row["explanation"], row["evidence"])
        for row in rows
    ] == [
        (
            "unsupported_citation",
            "m0",
            1.0,
            f"cited, and in no tool result, no page that was opened and no prompt: {where}",
            ["m0"],
        ),
        (
            "unsupported_citations",
            None,
            2.0,
            f"2 of 2 citations found nowhere: {where}",
            ["m0"],
        ),
    ]


FOUND = (0.0, "1 citation, found in what the agent read")
NOWHERE = (1.0, "1 of 1 citation found nowhere: https://a.org/page")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ({"name": "search", "result": "1. http://www.A.org/page/ - A"}, FOUND),
        ({"name": "search", "result": r'{"url":"https:\/\/a.org\/page"}'}, FOUND),
        ({"name": "search", "result": "https://a.org/other"}, NOWHERE),
        # What the agent opened, it has read; what it merely wrote or failed to open, it has not.
        ({"name": "fetch", "raw_arguments": '{"url":"https://a.org/page"}', "result": "x"}, FOUND),
        (
            {"name": "fetch", "raw_arguments": '{"url":"https://a.org/page"}', "failed": True},
            NOWHERE,
        ),
        ({"name": "write_file", "raw_arguments": '{"url":"https://a.org/page"}'}, NOWHERE),
        ({"name": "search", "raw_arguments": '{"q":"what is https://a.org/page"}'}, NOWHERE),
        # Tools that take the answer repeat it.
        ({"name": "final_answer", "result": CITED}, NOWHERE),
        ({"name": "submit", "raw_arguments": '{"answer":"https://a.org/page"}'}, NOWHERE),
    ],
)
def test_what_supports_a_citation(call: Row, expected: tuple[float, str]) -> None:
    assert count(CITED, call) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (message("user", "Read https://a.org/page"), FOUND),
        (message("system", "Read a.org/page"), FOUND),
        (message("assistant", "Read https://a.org/page"), NOWHERE),
        ("Read https://a.org/page", FOUND),
        (message("user", "Hello"), NOWHERE),
        (None, (None, "what the model was told was not recorded in full")),
    ],
)
def test_prompts_support_and_the_model_itself_does_not(said: str | None, expected: Any) -> None:
    assert count(CITED, said=said) == expected


def test_letters_that_json_escapes_are_found() -> None:
    said = message("user", "Read https://a.org/café")
    assert "\\u00e9" in said
    assert count("As https://a.org/café says.", said=said) == FOUND


def test_what_a_retriever_gave_supports() -> None:
    found = {"span_id": "f", "kind": "retriever"}
    frames = {
        "spans": spans(LLM, found),
        "text": text(
            {"span_id": "m0", "input": "Hello"}, {"span_id": "f", "output": "https://a.org/page"}
        ),
    }
    assert count(CITED, **frames) == FOUND


def test_an_answer_without_citations_and_a_run_without_an_answer() -> None:
    assert count("It is 42.") == (0.0, "the answer cites nothing")
    assert count("It is 42.", said=None) == (0.0, "the answer cites nothing")
    assert scored(None).is_empty()
    assert scored(" ").is_empty()


def test_the_answer_stands_in_the_last_turn_else_on_the_root() -> None:
    later = LLM | {"span_id": "m1", "turn": 1}
    both = text({"span_id": "m0", "input": "a"}, {"span_id": "m1", "input": "b"})
    rows = scored(CITED, spans=spans(LLM, later), text=both).filter(name="unsupported_citation")
    assert rows["span_id"].to_list() == ["m1"]


def test_many_are_named_in_part() -> None:
    listed = " ".join(f"https://a.org/{n}" for n in range(7))
    assert count(listed)[1].endswith("https://a.org/4 and 2 more")


@pytest.mark.parametrize(
    ("said", "cited"),
    [
        ("(https://a.org/x).", ["a.org/x"]),
        ("[A](https://a.org/x_(y)), and <www.b.org>", ["a.org/x_(y)", "b.org"]),
        ("**https://a.org/**", ["a.org"]),
        ("https://a.org/x#top and http://www.a.org/x/", ["a.org/x"]),
        ("https://a.org/my%20page", ["a.org/my page"]),
        ("doi:10.1000/182. https://doi.org/10.1000/182", ["10.1000/182"]),
        ("arXiv:2401.00001v2 and https://arxiv.org/abs/2401.00001", ["2401.00001"]),
        ("arXiv: hep-th/9901001", ["hep-th/9901001"]),
        ("http://localhost:8000/x http://127.0.0.1 https://example.com/a", []),
        ("version 10.4 and 2401.00001 and a.org", []),
    ],
)
def test_what_an_answer_cites(said: str, cited: list[str]) -> None:
    assert sorted(each.needle for each in references_in(said)) == sorted(cited)


# Against plain Python.

URL = st.sampled_from(["https://a.org/x", "https://b.org/y", "https://c.org/z", "none"])
CALL = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["search", "submit", "write_file"]),
        "result": st.none() | URL,
        "raw_arguments": st.none() | URL.map(lambda url: json.dumps({"url": url})),
        "executed": st.booleans(),
        "failed": st.sampled_from([None, False, True]),
    }
)
SAID = st.none() | st.builds(message, st.sampled_from(["user", "assistant", "tool"]), URL)


@settings(deadline=None)
@given(st.lists(URL, max_size=3), st.lists(CALL, max_size=4), st.lists(SAID, max_size=3))
def test_it_says_what_plain_python_says(
    cited: list[str], made: list[Row], said: list[str | None]
) -> None:
    requests = [LLM | {"span_id": f"m{n}", "turn": n} for n in range(len(said))]
    inputs = [{"span_id": f"m{n}", "input": each} for n, each in enumerate(said)]
    answer = f"So: {' and '.join(cited)}"
    value, _ = count(answer, *made, spans=spans(*requests), text=text(*inputs))
    expected = unsupported(cited, calls(*made).to_dicts(), said)
    assert value == expected
