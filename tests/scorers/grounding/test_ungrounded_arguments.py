from typing import Any

import polars as pl
import pytest

from midspan.scorers.profile import Profile
from midspan.scorers.setting import Setting
from tests.scorers.builders import Row, spans, text, tools
from tests.scorers.grounding.scoring import scored, told

LLM = {"kind": "llm", "span_id": "m0", "turn": 0}


def use(value: str, turn: int = 0, **more: Any) -> Row:
    raw = f'{{"q":{value}}}' if value.isdigit() else f'{{"q":"{value}"}}'
    return {"raw_arguments": raw, "turn": turn, "emitted_span_id": f"m{turn}"} | more


def told_to(
    said: str | None, *rows: Row, **more: Any
) -> list[tuple[int | None, float | None, str]]:
    given: dict[str, Any] = {
        "spans": spans(LLM),
        "text": text({"span_id": "m0", "input": said}),
        **more,
    }
    return told("ungrounded_argument", *rows, **given)


def test_an_id_that_nobody_mentioned_is_a_hint() -> None:
    why = "`q` is ORD-999, an id that nothing before it mentions (a hint)"
    assert told_to("What about ORD-1042?", use("ORD-999")) == [(0, 1.0, why)]
    frames: dict[str, Any] = {
        "spans": spans(LLM),
        "text": text({"span_id": "m0", "input": "Hello"}),
    }
    rows = scored(use("ORD-999"), **frames).filter(pl.col("name").str.starts_with("ungrounded"))
    assert rows.select("name", "value", "label", "explanation").rows() == [
        ("ungrounded_argument", 1.0, "hint", why),
        (
            "ungrounded_arguments",
            1.0,
            "hint",
            "1 value that nothing before mentions: ORD-999 (a hint)",
        ),
    ]


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("What about ORD-1042?", "ORD-1042"),
        ("What about ord-1042?", "ORD-1042"),
        ("What about Ord - 1042?", "ORD-1042"),
        ("What about ORD-1042?", "#ORD-1042"),
        ("What about #ORD-1042?", "ORD-1042"),
        ("The order ID is 9502126.", "#W9502126"),
        ("call 555 123 4567", "5551234567"),
        ("see www.shop.com/a1", "https://shop.com/a1/"),
        ("main.py and other.py are in src", "/repo/src/main.py"),
        ("mail to Ann@Shop.com", "ann@shop.com"),
        (r'{"url":"https:\/\/shop.com\/a1"}', "https://shop.com/a1"),
    ],
)
def test_what_was_mentioned_in_any_spelling_is_grounded(said: str, value: str) -> None:
    assert told_to(said, use(value)) == []


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("The order ID is 9502127.", "#W9502126"),
        # Fewer than six digits tell nothing by themselves.
        ("It is number 1042.", "ORD-1042"),
        ("see https://shop.com/b2", "https://shop.com/a1"),
        ("other.py is in src", "/repo/src/main.py"),
        ("mail to Bob@Shop.com", "ann@shop.com"),
    ],
)
def test_what_was_nearly_mentioned_is_not(said: str, value: str) -> None:
    assert len(told_to(said, use(value))) == 1


def test_results_of_earlier_turns_and_schemas_are_sources() -> None:
    found = {"name": "find", "turn": 0, "result": "see ORD-999"}
    assert told_to("Hello", found, use("ORD-999", 1)) == []
    # Asked for side by side, the result was not there yet.
    assert len(told_to("Hello", found, use("ORD-999", 0))) == 1
    schema = tools({"name": "look", "schema": '{"enum":["ORD-999"]}'})
    assert told_to("Hello", use("ORD-999", tools_digest="d"), tools=schema) == []


def test_what_was_said_only_later_is_no_source() -> None:
    later: dict[str, Any] = {
        "spans": spans(LLM, LLM | {"span_id": "m1", "turn": 1}),
        "text": text({"span_id": "m0", "input": "Hi"}, {"span_id": "m1", "input": "no ORD-999"}),
    }
    assert len(told("ungrounded_argument", use("ORD-999", 0), **later)) == 1
    assert told("ungrounded_argument", use("ORD-999", 1), **later) == []


def test_a_value_counts_once() -> None:
    rows = told_to("Hello", use("ORD-999", 0), use("ORD-999", 1), use("ORD-998", 1))
    assert [row[0] for row in rows] == [0, 2]


def test_it_says_where_in_the_arguments() -> None:
    deep = use("x") | {"raw_arguments": '{"items":[{"id":"ORD-999"}],"n":1234567}'}
    assert told_to("Hello", deep)[0][2] == (
        "`items[0].id` is ORD-999, an id that nothing before it mentions; "
        "`n` is 1234567, an id that nothing before it mentions (a hint)"
    )


def test_whoever_writes_a_file_may_name_it() -> None:
    assert told_to("Hello", use("/srv/new/a.py", name="write_file")) == []
    assert told_to("Hello", use("ORD-999", name="write_file")) != []
    assert told_to("Hello", use("/srv/new/a.py", name="read_file")) != []


@pytest.mark.parametrize("name", ["bash", "think", "final_answer", "submit"])
def test_code_thoughts_and_answers_are_no_arguments(name: str) -> None:
    assert told_to("Hello", use("ORD-999", name=name)) == []


def test_the_tool_behind_a_dispatcher_counts() -> None:
    raw = '{"tool":"write_file","params":{"path":"/srv/new/a.py"}}'
    assert told_to("Hello", use("x", name="call_tool") | {"raw_arguments": raw}) == []
    roles = Profile.parse("profile: p\ncontract: 1\ntools: {roles: {write: []}}\n")
    strict = Setting.of(profile=roles)
    assert told_to("Hello", use("/srv/new/a.py", name="write_file"), setting=strict) != []


@pytest.mark.parametrize("said", [None, "absent"])
def test_what_was_not_recorded_may_have_mentioned_it(said: str | None) -> None:
    frames: dict[str, Any] = {"spans": spans(LLM)} if said is None else {}
    rows = told("ungrounded_arguments", use("ORD-999"), **frames)
    assert rows == [(None, None, "what the model was told was not recorded in full")]
    # Where no value is in doubt, nothing has to be known.
    fine = told("ungrounded_arguments", use("yes"), **frames)
    assert fine == [(None, 0.0, "every id, address and path was mentioned before")]


def test_an_input_that_was_cut_may_have_mentioned_it() -> None:
    cut: dict[str, Any] = {
        "spans": spans(LLM | {"notes": ["truncated"]}),
        "text": text({"span_id": "m0", "input": "Hel"}),
    }
    assert told("ungrounded_argument", use("ORD-999"), **cut) == []
    assert told("ungrounded_arguments", use("ORD-999"), **cut)[0][1] is None


def test_it_can_be_left_out() -> None:
    frames: dict[str, Any] = {
        "spans": spans(LLM),
        "text": text({"span_id": "m0", "input": "Hello"}),
    }
    names = scored(use("ORD-999"), arguments=False, **frames)["name"].to_list()
    assert names == ["hallucinated_tools", "hallucinated_parameters"]
