from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from midspan.scorers.faults import derive_faults
from tests.scorers.builders import calls, spans, tools
from tests.scorers.oracle.faults import fault
from tests.scorers.strategies import RAW_ARGUMENTS

SCHEMA = '{"properties": {"a": {"const": 1}}}'
OFFERED = tools(
    {"digest": "d1", "name": "look", "schema": SCHEMA},
    {"digest": "d1", "name": "think"},
    {"digest": "d2", "name": "find", "schema": SCHEMA},
)
NAMES = {"d1": {"look", "think"}, "d2": {"find"}}
WITH_SCHEMA = {("d1", "look"), ("d2", "find")}

CALLS = st.lists(
    st.fixed_dictionaries(
        {
            "name": st.sampled_from(["look", "find", "think"]),
            "raw_arguments": RAW_ARGUMENTS,
            "emitted": st.booleans(),
            "executed": st.booleans(),
            "error_message": st.sampled_from([None, None, "boom"]),
            "start_ns": st.sampled_from([None, 1]),
            "end_ns": st.sampled_from([None, 2]),
            "result": st.sampled_from([None, "shipped"]),
            "tools_digest": st.sampled_from([None, "d1", "d2", "d3"]),
        }
    ),
    max_size=8,
)
SPAN = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["ok", "unset", "error"]),
        "error_type": st.sampled_from([None, None, "KeyError"]),
    }
)


@given(CALLS, st.dictionaries(st.integers(0, 7), SPAN))
def test_agrees_with_the_plain_reference(
    rows: list[dict[str, Any]], recorded: dict[int, dict[str, Any]]
) -> None:
    span_rows = [{**span, "span_id": f"s{number}"} for number, span in recorded.items()]
    derived = derive_faults(calls(*rows), spans(*span_rows), OFFERED)
    found = derived.select("fault", "failed").rows()
    expected = []
    for number, call in enumerate(calls(*rows).iter_rows(named=True)):
        digest = call["tools_digest"]
        schema_valid = None
        if (digest, call["name"]) in WITH_SCHEMA and call["arguments"] is not None:
            schema_valid = call["arguments"] == '{"a":1}'
        expected.append(fault(call, recorded.get(number), NAMES.get(digest), schema_valid))
    assert found == expected
