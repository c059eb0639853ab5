from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midspan.scorers.grounding import Grounding
from midspan.scorers.grounding.identifiers import kind_of_value
from midspan.scorers.grounding.parameter_names import unknown_parameters
from midspan.scorers.profile import Profile
from midspan.scorers.score import score_rows
from midspan.scorers.setting import Setting
from tests.scorers.builders import Row, calls, judged, runs, spans, tables, text, tools
from tests.scorers.oracle import grounding as oracle

SCHEMA = '{"type":"object","properties":{"order_id":{},"unit":{}}}'
LLM = {"kind": "llm", "span_id": "m0", "turn": 0}


def scored(
    *rows: Row, setting: Setting | None = None, arguments: bool = True, **frames: pl.DataFrame
) -> pl.DataFrame:
    given = tables(
        setting,
        runs=runs({"run_id": "r"}),
        calls=frames.pop("judged") if "judged" in frames else calls(*rows),
        **frames,
    )
    scorer = Grounding(arguments=arguments)
    return score_rows(scorer.score(given).collect(), name="grounding", scorer=scorer)


def told(name: str, *rows: Row, **more: Any) -> list[tuple[int | None, float | None, str]]:
    """Call, value, and explanation or else reason."""
    found = scored(*rows, **more).filter(name=name)
    return found.select("call", "value", pl.coalesce("explanation", "reason")).rows()


# Tools.


def test_a_call_of_a_tool_that_was_not_offered() -> None:
    offered = tools({"name": "look"}, {"name": "find"})
    given = judged(
        {"raw_arguments": "{}", "tools_digest": "d"},
        {"name": "guess", "raw_arguments": "{}", "tools_digest": "d"},
        tools=offered,
    )
    more = {"judged": given, "tools": offered}
    assert told("hallucinated_tool", **more) == [
        (1, 1.0, "there is no tool `guess`: there are `find`, `look`")
    ]
    assert told("hallucinated_tools", **more) == [
        (None, 1.0, "1 call of a tool that does not exist: `guess`")
    ]


def test_of_many_offered_tools_some_are_named() -> None:
    offered = tools(*({"name": f"t{n}"} for n in range(7)))
    made = {"name": "x", "tools_digest": "d", "fault": "model.unknown_tool"}
    assert told("hallucinated_tool", made, tools=offered)[0][2] == (
        "there is no tool `x`: there are `t0`, `t1`, `t2`, `t3`, `t4` and 2 more"
    )


def test_an_executor_that_knows_no_such_tool() -> None:
    rows = told("hallucinated_tool", {"name": "x", "fault": "model.unknown_tool"})
    assert rows == [(0, 1.0, "there is no tool `x`")]


@pytest.mark.parametrize(
    ("call", "value"),
    [
        ({"fault": "none"}, 0.0),
        ({"fault": "execution.error"}, 0.0),
        ({"tools_digest": "d"}, 0.0),
        # Neither executed nor compared with what was offered.
        ({}, None),
    ],
)
def test_every_tool_exists_as_far_as_that_is_known(call: Row, value: float | None) -> None:
    assert [row[1] for row in told("hallucinated_tools", call)] == [value]


def test_a_run_without_calls_has_no_rows() -> None:
    assert scored().is_empty()


# Parameters.


def test_parameters_that_the_tool_does_not_have() -> None:
    made = {"raw_arguments": '{"order_id":"a","colour":1,"size":2}', "tools_digest": "d"}
    fine = {"raw_arguments": '{"order_id":"b"}', "tools_digest": "d"}
    more = {"tools": tools({"name": "look", "schema": SCHEMA}), "arguments": False}
    assert told("hallucinated_parameter", fine, made, fine, **more) == [
        (1, 1.0, "colour, size are no parameters of `look`: it has order_id, unit")
    ]
    assert told("hallucinated_parameters", fine, made, fine, **more) == [
        (None, 2.0, "2 parameters made up: colour, size")
    ]


@pytest.mark.parametrize(
    ("call", "schema", "value", "said"),
    [
        ('{"order_id":1}', SCHEMA, 0.0, "every parameter is one of its tool"),
        ('{"x":1}', None, None, None),
        ('{"x":1}', '{"type":"object"}', None, None),
        ("{broken", SCHEMA, None, None),
        (None, SCHEMA, None, None),
    ],
)
def test_parameters_of_which_something_is_known(
    call: str | None, schema: str | None, value: float | None, said: str | None
) -> None:
    made = {"raw_arguments": call, "tools_digest": "d"}
    rows = told("hallucinated_parameters", made, tools=tools({"name": "look", "schema": schema}))
    reason = "no call has both arguments and a tool whose parameters are known"
    assert rows == [(None, value, said or reason)]


@pytest.mark.parametrize(
    ("schema", "arguments", "unknown"),
    [
        ('{"properties":{"a":{}}}', '{"a":1}', []),
        ('{"properties":{"a":{}}}', '{"b":1,"a":2}', ["b"]),
        ('{"properties":{"a":{}},"additionalProperties":false}', '{"b":1}', ["b"]),
        ('{"properties":{"a":{}},"additionalProperties":true}', '{"b":1}', []),
        ('{"properties":{"a":{}},"additionalProperties":{"type":"string"}}', '{"b":1}', []),
        ('{"properties":{"a":{}},"patternProperties":{"^x":{}}}', '{"b":1}', []),
        ('{"properties":{},"additionalProperties":false}', '{"b":1}', ["b"]),
        # Inside objects and lists.
        ('{"properties":{"a":{"properties":{"c":{}}}}}', '{"a":{"d":1}}', ["a.d"]),
        ('{"properties":{"a":{}}}', '{"a":{"d":1}}', []),
        (
            '{"properties":{"a":{"items":{"properties":{"c":{}}}}}}',
            '{"a":[{},{"d":1}]}',
            ["a[1].d"],
        ),
        # However a schema is put together.
        (
            '{"anyOf":[{"properties":{"a":{}}},{"properties":{"b":{}}}]}',
            '{"a":1,"b":2,"c":3}',
            ["c"],
        ),
        (
            '{"properties":{"a":{"$ref":"#/$defs/p"}},"$defs":{"p":{"properties":{"c":{}}}}}',
            '{"a":{"c":1,"d":1}}',
            ["a.d"],
        ),
        ('{"allOf":[{"$ref":"https://x/y"}],"properties":{"a":{}}}', '{"d":1}', []),
        ('{"properties":{"a":{"$ref":"#"}}}', '{"a":{"a":{"b":1}}}', ["a.a.b"]),
    ],
)
def test_names_that_a_schema_does_not_know(schema: str, arguments: str, unknown: list[str]) -> None:
    found = unknown_parameters(schema, arguments)
    assert found is not None
    assert found[0] == unknown


@pytest.mark.parametrize("schema", ["{}", '{"type":"object","properties":{}}', "[]", "no", "1"])
def test_a_schema_that_names_no_parameters_tells_nothing(schema: str) -> None:
    assert unknown_parameters(schema, '{"b":1}') is None


# Arguments.


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


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("URL", ["https://shop.com/a?b=1", "www.shop.com", "s3://bucket/key", "file:///srv/a"]),
        ("email address", ["ann@shop.com", "a.b+c@mail.shop.co.uk"]),
        ("path", ["/srv/app/main.py", "./a/b", "../x", "~/notes", "src/app/main.py"]),
        (
            "id",
            [
                *("ORD-1042", "#W9502126", "user_123", "a1b2c3d4", "HAT023", "M20IZO"),
                *("123456", "#1234567", "5551234567", "gpt-4o", "9780306406157"),
            ],
        ),
        (
            None,
            [
                *("hello", "12345", "2024-05-24", "2024-05-24T10:00:00Z", "10:30", "10:30am"),
                *("20240524", "1700000000", "1700000000000", "24h", "100ms", "10px", "39.00USD"),
                *("EUR39.00", "39.99", "1500000", "utf-8", "mp3", "step_2", "sha256", "v1.2.3"),
                *("3.11.4", "Q3-2024", "2024-Q3", "May24", "24May2024", "#ff00aa", "P1D", "1e10"),
                *("and/or", "text/html", "America/New_York", "/", "/tmp/x1.txt", "**/*.py"),
                *("1042", "999999", "12 34 56", "http/1.1", "iso-8859-1", "h264", "50th", "10kg"),
            ],
        ),
    ],
)
def test_which_values_name_something(kind: str | None, values: list[str]) -> None:
    frame = pl.DataFrame({"value": values}).with_columns(kind=kind_of_value())
    assert frame.rows() == [(value, kind) for value in values]


# Against plain Python.

WORDS = ["Hi", "take ORD-111", "or #ord- 222!", "ORD-333 / ORD-111"]
VALUE = st.sampled_from(["ORD-111", "ORD-222", "ORD-333", "none"])
CALL = st.fixed_dictionaries(
    {
        "run_id": st.sampled_from(["r", "q"]),
        "turn": st.integers(0, 2),
        "value": st.none() | VALUE,
        "result": st.none() | st.sampled_from(WORDS),
        "emitted": st.booleans(),
        "tools_digest": st.sampled_from([None, "d"]),
        "fault": st.sampled_from([None, "none", "model.unknown_tool"]),
    }
)


@settings(deadline=None)
@given(
    st.lists(CALL, max_size=8),
    st.lists(st.tuples(st.sampled_from(["r", "q"]), st.sampled_from([None, *WORDS, *WORDS]))),
    st.randoms(use_true_random=False),
)
def test_it_says_what_plain_python_says(
    made: list[Row], asked: list[tuple[str, str | None]], random: Any
) -> None:
    rows = []
    for number, row in enumerate(sorted(made, key=lambda each: each["turn"])):
        raw = None if row["value"] is None else f'{{"q":"{row["value"]}"}}'
        kept = {name: value for name, value in row.items() if name != "value"}
        rows.append(kept | {"call": number, "raw_arguments": raw})
    turns = dict.fromkeys(asked)
    requests = [
        {"kind": "llm", "run_id": run, "span_id": f"m{n}", "turn": n % 3}
        for n, (run, _) in enumerate(turns)
    ]
    inputs = [
        {"run_id": run, "span_id": f"m{n}", "input": said} for n, (run, said) in enumerate(turns)
    ]
    offered = tools({"name": "look", "schema": '{"enum":["ORD-222"]}'})
    frames: dict[str, Any] = {
        "calls": calls(*random.sample(rows, len(rows))),
        "spans": spans(*requests),
        "text": text(*inputs),
        "tools": offered,
    }
    found = Grounding().score(tables(runs=runs(), **frames)).collect()
    counts = {
        (row["name"], row["run_id"]): row["value"]
        for row in found.filter(pl.col("span_id").is_null()).to_dicts()
        if row["name"] != "hallucinated_parameters"
    }
    table = {name: frame.to_dicts() for name, frame in frames.items()}
    unknown = oracle.unknown_tools(table["calls"])
    ungrounded = oracle.ungrounded(*(table[name] for name in ("calls", "spans", "text", "tools")))
    assert counts == {
        **{("hallucinated_tools", run): number for run, number in unknown.items()},
        **{
            ("ungrounded_arguments", run): None if new is None else len(new)
            for run, new in ungrounded.items()
        },
    }
    steps = found.filter(name="ungrounded_argument").select("run_id", "call").rows()
    assert sorted(steps) == sorted(
        {(run, call) for run, new in ungrounded.items() for call, _ in new or []}
    )
