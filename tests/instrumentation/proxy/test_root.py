"""The span around a run, which makes one trace of it."""

import time
from pathlib import Path
from typing import Any

from midspan.instrumentation import RunContext, agent, llm_call, run, setup, tool_call
from midspan.instrumentation.testing import Recorder
from tests.instrumentation.proxy.conftest import RUN, Json, Proxied, Start
from tests.instrumentation.proxy.replies import RAW, completion
from tests.instrumentation.proxy.test_forwarding import Answering
from tests.instrumentation.proxy.test_joining import ASK, one_after_the_other
from tests.instrumentation.proxy.test_tool_spans import two_turns
from tests.support.workspaces import rows


def root_of(proxy: Proxied) -> Json:
    (root,) = [span for span in proxy.all_spans() if span["name"] == RUN]
    return root


def test_it_lasts_from_the_first_request_to_the_last_reply(proxied: Start) -> None:
    proxy = two_turns(proxied)
    steps, root = proxy.spans(), root_of(proxy)
    assert {(span["traceId"], span["parentSpanId"]) for span in steps} == {
        (root["traceId"], root["spanId"])
    }
    assert "parentSpanId" not in root
    assert root["startTimeUnixNano"] == steps[0]["startTimeUnixNano"]
    assert root["endTimeUnixNano"] == steps[-1]["endTimeUnixNano"]
    found = root["attributes"]
    assert (found["input.value"], found["output.value"]) == ("Refund order 1042?", "Bye.")
    assert found["midspan.run.id"] == steps[0]["attributes"]["midspan.run.id"]
    assert root["status"] == {"code": 1}


def test_a_run_whose_last_request_failed_has_failed(proxied: Start) -> None:
    busy = b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"
    proxy = proxied(one_after_the_other(completion(None, ("c-1", "look", "{}")), busy))
    proxy.chat(ASK, headers={"x-midspan-run": "r"})
    proxy.chat(ASK, headers={"x-midspan-run": "r"})
    root = root_of(proxy)
    assert root["status"] == {"code": 2, "message": "503: HTTP status 503"}
    assert rows(proxy.ingested(), "runs", "status", "answer") == [("error", None)]


def test_a_run_that_ends_with_a_call_has_no_answer(proxied: Start) -> None:
    proxy = proxied(Answering([completion("Looking.", ("c-1", "look", "{}"))]))
    proxy.chat(ASK)
    assert "output.value" not in root_of(proxy)["attributes"]


def test_a_run_is_over_when_somebody_says_so(proxied: Start) -> None:
    proxy = proxied(Answering([completion()]))
    proxy.chat(ASK, path="/run/one/v1/chat/completions")
    proxy.chat(ASK, path="/run/two/v1/chat/completions")
    assert proxy.client.delete("/run/one").status_code == 200
    closed = f"{RunContext(run_id='one').run_id}-0.otlp.jsonl"
    for _ in range(500):
        if (proxy.spool / closed).exists():
            break
        time.sleep(0.02)
    assert sorted(file.suffix for file in proxy.spool.iterdir()) == [".jsonl", ".part"]
    assert RUN in (proxy.spool / closed).read_text()
    assert len(proxy.server.asked) == 2


def test_each_run_is_a_trace_of_its_own(proxied: Start) -> None:
    proxy = proxied(Answering([completion()]))
    for name in ("a", "b", "c"):
        proxy.chat(ASK, headers={"x-midspan-run": name})
    assert len({span["traceId"] for span in proxy.all_spans()}) == 3


def test_an_agent_that_says_its_own_span_is_the_run(proxied: Start) -> None:
    proxy = proxied(Answering([completion()]))
    proxy.chat(ASK, headers={"traceparent": f"00-{'1' * 32}-{'2' * 16}-01"})
    assert [span["name"] for span in proxy.all_spans()] == ["chat m-1"]


def test_what_agent_and_proxy_both_record_counts_once(proxied: Start, tmp_path: Path) -> None:
    texts = (completion(None, ("c-1", "look", RAW)), completion("39.", id="r-2"))
    proxy = proxied(one_after_the_other(*texts))
    provider = Recorder().tracer_provider
    telemetry = setup(spool=tmp_path / "spool", tracer_provider=provider)
    history: list[Json] = [ASK]

    def ask(headers: dict[str, Any]) -> Json:
        with llm_call("m-1", provider=None, messages=history, tracer_provider=provider) as step:
            reply: Json = proxy.chat(*history, headers=headers).json()
            step.record_openai(reply)
        message: Json = reply["choices"][0]["message"]
        history.append(message)
        return message

    with run(task="refund") as context, agent("mine", tracer_provider=provider) as whole:
        headers = {"x-midspan-run": str(context.run_id)}
        (call,) = ask(headers)["tool_calls"]
        given = call["function"]
        with tool_call(
            given["name"],
            arguments=given["arguments"],
            call_id=call["id"],
            tracer_provider=provider,
        ) as step:
            step.record_result("39")
        history.append({"role": "tool", "tool_call_id": call["id"], "content": "39"})
        whole.record_answer(ask(headers)["content"])
    telemetry.shutdown()

    workspace = proxy.ingested()
    columns = ("turns", "llm_calls", "calls", "input_tokens", "answer", "task")
    assert rows(workspace, "runs", *columns) == [(2, 2, 1, 18, "39.", "refund")]
    assert rows(workspace, "calls", "name", "result", "executed") == [("look", "39", True)]
