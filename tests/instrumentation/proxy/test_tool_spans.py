"""Tools that ran between two requests, and what ingest makes of all of it."""

from pathlib import Path
from typing import Any

import pytest

from midspan.instrumentation import run, setup, tool_call
from midspan.instrumentation.testing import Recorder
from tests.instrumentation.proxy import replies
from tests.instrumentation.proxy.conftest import Json, Proxied, Start
from tests.instrumentation.proxy.replies import RAW, completion
from tests.instrumentation.proxy.test_joining import ASK, one_after_the_other
from tests.support.workspaces import rows

CALLED: Json = {
    "role": "assistant",
    "tool_calls": [
        {"id": "c-1", "type": "function", "function": {"name": "look", "arguments": RAW}},
        {"id": "c-2", "type": "function", "function": {"name": "convert", "arguments": "{"}},
    ],
}
RESULTS: list[Json] = [
    {"role": "tool", "tool_call_id": "c-1", "content": '{"total": 39}'},
    {"role": "tool", "tool_call_id": "c-2", "content": [{"type": "text", "text": "no JSON"}]},
]


def two_turns(proxied: Start, **chosen: Any) -> Proxied:
    """Two calls, their results, and the same history once more with an answer in it."""
    calls = (("c-1", "look", RAW), ("c-2", "convert", "{"))
    texts = [completion(None, *calls), completion("39.", id="r-2"), completion("Bye.", id="r-3")]
    proxy = proxied(one_after_the_other(*texts), **chosen)
    headers = chosen.pop("headers", {})
    history: list[Json] = [ASK, CALLED, *RESULTS]
    proxy.chat(ASK, headers=headers)
    proxy.chat(*history, headers=headers)
    proxy.chat(*history, {"role": "assistant", "content": "39."}, {"role": "user", "content": "!"})
    return proxy


def test_each_call_has_one_span_between_its_reply_and_the_next_request(proxied: Start) -> None:
    spans = two_turns(proxied).spans()
    assert [span["name"] for span in spans] == [
        "chat m-1",
        "execute_tool convert",
        "execute_tool look",
        "chat m-1",
        "chat m-1",
    ]
    asked, convert, look, told, _ = spans
    assert len({(span["traceId"], span["parentSpanId"]) for span in spans}) == 1
    assert look["startTimeUnixNano"] == convert["startTimeUnixNano"] == asked["endTimeUnixNano"]
    assert look["endTimeUnixNano"] == told["startTimeUnixNano"]
    names = ("gen_ai.tool.call.id", "gen_ai.tool.call.arguments", "gen_ai.tool.call.result")
    assert [look["attributes"][name] for name in names] == ["c-1", RAW, '{"total": 39}']
    assert [convert["attributes"][name] for name in names] == ["c-2", "{", "no JSON"]


def test_ingest_counts_each_call_once(proxied: Start) -> None:
    workspace = two_turns(proxied).ingested()
    columns = ("name", "call_id", "result", "executed", "turn", "json_valid")
    assert rows(workspace, "calls", *columns) == [
        ("look", "c-1", '{"total": 39}', True, 0, True),
        ("convert", "c-2", "no JSON", True, 0, False),
    ]
    assert rows(workspace, "runs", "turns", "llm_calls", "calls", "input_tokens", "answer") == [
        (3, 3, 2, 27, "Bye.")
    ]


def test_a_tool_that_the_agent_traces_itself_counts_once_as_well(
    proxied: Start, tmp_path: Path
) -> None:
    texts = (completion(None, ("c-1", "look", RAW)), completion("39.", id="r-2"))
    proxy = proxied(one_after_the_other(*texts))
    recorder = Recorder()
    telemetry = setup(spool=tmp_path / "spool", tracer_provider=recorder.tracer_provider)
    with run(task="refund") as context:
        headers = {"x-midspan-run": context.run_id}
        proxy.chat(ASK, headers=headers)
        tool = tool_call(
            "look", arguments=RAW, call_id="c-1", tracer_provider=recorder.tracer_provider
        )
        with tool as step:
            step.record_result("39")
        called = CALLED | {"tool_calls": CALLED["tool_calls"][:1]}
        proxy.chat(ASK, called, RESULTS[0] | {"content": "39"}, headers=headers)
    telemetry.shutdown()

    workspace = proxy.ingested()
    assert rows(workspace, "calls", "name", "executed") == [("look", True)]
    kinds = rows(workspace, "spans", "kind", "duplicate_of")
    assert sorted((kind, twin is not None) for kind, twin in kinds) == [
        ("agent", False),
        ("llm", False),
        ("llm", False),
        ("tool", False),
        ("tool", True),
    ]


@pytest.mark.parametrize(
    ("tool_spans", "traceparent", "tools"),
    [("auto", True, 0), ("auto", False, 1), ("always", True, 1), ("never", False, 0)],
)
def test_an_agent_that_traces_itself_gets_no_tool_spans_unless_asked_for(
    proxied: Start, tool_spans: str, traceparent: bool, tools: int
) -> None:
    texts = (completion(None, ("c-1", "look", RAW)), completion("39.", id="r-2"))
    proxy = proxied(one_after_the_other(*texts), tool_spans=tool_spans)
    headers = {"traceparent": f"00-{'1' * 32}-{'2' * 16}-01"} if traceparent else {}
    proxy.chat(ASK, headers=headers)
    called = CALLED | {"tool_calls": CALLED["tool_calls"][:1]}
    proxy.chat(ASK, called, RESULTS[0], headers=headers)
    assert sum(span["name"] == "execute_tool look" for span in proxy.spans()) == tools


@pytest.mark.parametrize(
    ("path", "first", "second"),
    [
        (
            "/v1/messages",
            replies.messages_stream,
            {
                "messages": [
                    {"role": "user", "content": "Refund?"},
                    {
                        "role": "assistant",
                        "content": [
                            {"type": "text", "text": "Let me look."},
                            {"type": "tool_use", "id": "c-1", "name": "look", "input": {}},
                        ],
                    },
                    {
                        "role": "user",
                        "content": [
                            {
                                "type": "tool_result",
                                "tool_use_id": "c-1",
                                "is_error": True,
                                "content": [{"type": "text", "text": "gone"}],
                            }
                        ],
                    },
                ]
            },
        ),
        (
            "/v1/responses",
            replies.responses_stream,
            {
                "input": [
                    {"role": "user", "content": "Refund?"},
                    *replies.RESPONSE["output"],
                    {"type": "function_call_output", "call_id": "c-1", "output": "gone"},
                ]
            },
        ),
    ],
)
def test_the_other_apis_tell_of_tools_too(
    proxied: Start, path: str, first: Any, second: dict[str, Any]
) -> None:
    proxy = proxied(one_after_the_other(b"".join(first()), completion()))
    question = (
        {"messages": second["messages"][:1]} if "messages" in second else {"input": "Refund?"}
    )
    proxy.client.post(path, json={"model": "m-1", **question})
    proxy.client.post(path, json={"model": "m-1", **second})

    spans = proxy.spans()
    assert len({span["attributes"]["midspan.run.id"] for span in spans}) == 1
    (tool,) = [span for span in spans if span["name"] == "execute_tool look"]
    assert tool["attributes"]["gen_ai.tool.call.arguments"] == RAW
    failed = path == "/v1/messages"
    assert tool["status"]["code"] == (2 if failed else 1)
    assert tool["attributes"].get("error.type") == ("tool_error" if failed else None)
    key = "output.value" if failed else "gen_ai.tool.call.result"
    assert tool["attributes"][key] == ("tool_error: gone" if failed else "gone")
