from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from midspan.scorers.grounding import Grounding
from tests.scorers.builders import Row, calls, runs, spans, tables, text, tools
from tests.scorers.oracle import grounding as oracle

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
