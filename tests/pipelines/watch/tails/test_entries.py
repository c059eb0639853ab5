"""Spans of a server as entries: what is read of them again is what the server gave."""

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from midspan.pipelines.ingest.decode.otlp_json import read_requests
from midspan.pipelines.ingest.raw import RawEvent, RawSpan
from midspan.pipelines.watch.tails.entries import entries


def span(trace: str = "0" * 31 + "1", number: int = 1, **changes: Any) -> RawSpan:
    values: dict[str, Any] = {
        "position": 0,
        "trace_id": trace,
        "span_id": f"{number:016x}",
        "parent_id": "00000000000000ff",
        "name": "chat",
        "start_ns": 1_790_000_000_000_000_001,
        "end_ns": 1_790_000_000_000_000_002,
        "status": "error",
        "status_message": "no",
        "attributes": {"gen_ai.operation.name": "chat"},
        "events": [RawEvent("exception", 5, {"exception.type": "E"})],
        "resource": {"midspan.experiment": "shop"},
        "scope": "",
    }
    return RawSpan(**values | changes)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), PLAIN))
def test_a_span_comes_back_as_it_was(attributes: dict[str, Any]) -> None:
    one = span(attributes=attributes)
    [entry] = entries([one], received_ns=1)

    assert read_requests(0, entry.payload) == [one]


def test_what_no_encoding_takes_is_made_text() -> None:
    given_ = {"half": "a\ud800b", "large": 2**70, "nan": math.nan, "inf": -math.inf}
    [entry] = entries([span(attributes=given_)], received_ns=1)

    [back] = read_requests(0, entry.payload)
    assert isinstance(back, RawSpan)
    assert back.attributes == {"half": "a?b", "large": str(2**70), "nan": "NaN", "inf": "-Infinity"}


def test_there_is_an_entry_for_each_trace_with_what_pending_runs_are_told_by() -> None:
    root = {"parent_id": None}
    found = entries(
        [
            span("a" * 32, 1, attributes={"midspan.run.id": "b" * 32, "session.id": "s"}),
            span("c" * 32, 2, **root, end_ns=0),
            span("a" * 32, 3, **root),
        ],
        received_ns=7,
    )

    assert [
        (e.header.trace_id, e.header.run_id, e.header.session, e.header.root_ended, e.header.spans)
        for e in found
    ] == [("a" * 32, "b" * 32, "s", True, 2), ("c" * 32, None, None, False, 1)]
    assert {(e.header.kind, e.header.encoding, e.header.received_ns) for e in found} == {
        ("traces", "json", 7)
    }
