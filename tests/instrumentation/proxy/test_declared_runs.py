"""Runs that are declared before they begin, and told to be over."""

import gzip
import json
import time
from collections.abc import Iterator
from threading import Thread
from typing import Any

import pytest

from midspan.instrumentation import RunContext
from tests.instrumentation.proxy.conftest import RUN as AROUND
from tests.instrumentation.proxy.conftest import Start
from tests.instrumentation.proxy.replies import completion
from tests.instrumentation.proxy.test_forwarding import Answering
from tests.instrumentation.proxy.upstream import Asked

RUN = "0123456789abcdef" * 2
CHAT = f"/run/{RUN}/v1/chat/completions"
ASK = {"role": "user", "content": "Refund order 1042?"}


def test_what_was_declared_stands_on_every_span_whatever_the_request_says(proxied: Start) -> None:
    proxy = proxied(Answering([completion()]), run=RunContext(tier="bare"))
    declared = {"experiment": "shop", "task": "refund", "trial": 3, "launch": 1}
    assert proxy.client.put(f"/run/{RUN}", json=declared).status_code == 204
    proxy.chat(ASK, path=CHAT, headers={"x-midspan-task": "another", "x-midspan-launch": "7"})
    for span in proxy.all_spans():
        found = {k: v for k, v in span["attributes"].items() if k.startswith("midspan.")}
        found.pop("midspan.proxy.outside", None)
        assert found == {
            "midspan.run.id": RUN,
            "midspan.experiment": "shop",
            "midspan.task": "refund",
            "midspan.trial": 3,
        }
    assert [file.name for file in proxy.spool.iterdir()] == [f"{RUN}-1.otlp.jsonl"]


def test_sampling_is_put_over_what_the_agent_sends_and_recorded_as_sent(proxied: Start) -> None:
    proxy = proxied(Answering([completion()]))
    sampling = {"temperature": 0, "seed": 7, "top_k": 20}
    proxy.client.put(f"/run/{RUN}", json={"sampling": sampling})
    proxy.chat(ASK, path=CHAT, temperature=1, top_p=0.9)

    (asked,) = proxy.server.asked
    sent = {"model": "m-1", "messages": [ASK], "temperature": 0, "top_p": 0.9} | sampling
    assert json.loads(asked.body) == sent
    assert asked.header("content-length") == str(len(asked.body))
    (span,) = proxy.spans()
    assert (
        span["attributes"]["gen_ai.request.temperature"],
        span["attributes"]["gen_ai.request.seed"],
        span["attributes"]["gen_ai.request.top_p"],
    ) == (0, 7, 0.9)


def test_a_body_that_comes_in_pieces_is_sent_in_one(proxied: Start) -> None:
    proxy = proxied(Answering([completion()]))
    proxy.client.put(f"/run/{RUN}", json={"sampling": {"seed": 7}})

    def pieces() -> Iterator[bytes]:
        yield b'{"model": "m-1", '
        yield b'"messages": []}'

    proxy.client.post(CHAT, content=pieces())
    (asked,) = proxy.server.asked
    assert asked.body == b'{"model":"m-1","messages":[],"seed":7}'
    assert asked.header("transfer-encoding") is None


@pytest.mark.parametrize("body", [b"no json", b"[1, 2]", b""])
def test_what_is_no_object_passes_as_it_is(proxied: Start, body: bytes) -> None:
    proxy = proxied(Answering([completion()]))
    proxy.client.put(f"/run/{RUN}", json={"sampling": {"seed": 7}})
    proxy.client.post(CHAT, content=body)
    (asked,) = proxy.server.asked
    assert asked.body == body


def test_a_body_that_is_compressed_is_refused_where_sampling_is_to_be_put_into_it(
    proxied: Start,
) -> None:
    proxy = proxied(Answering([completion()]))
    proxy.client.put(f"/run/{RUN}", json={"sampling": {"seed": 7}})
    body = gzip.compress(json.dumps({"model": "m-1", "messages": [ASK]}).encode())
    packed = {"content-encoding": "gzip", "content-type": "application/json"}
    refused = proxy.client.post(CHAT, content=body, headers=packed)
    assert refused.status_code == 415
    assert refused.json()["error"]["code"] == "compressed_request"
    assert "compressed (gzip)" in refused.json()["error"]["message"]
    assert proxy.server.asked == []
    # The run goes on, and other runs' bodies pass as they are.
    assert proxy.chat(ASK, path=CHAT).status_code == 200
    other = CHAT.replace(RUN, "f" * 32)
    assert proxy.client.post(other, content=body, headers=packed).status_code == 200
    assert proxy.server.asked[-1].body == body
    statuses = [span["attributes"].get("error.type") for span in proxy.spans()]
    assert sorted(statuses, key=str) == ["415", None, None]


def test_a_runs_token_opens_that_run_alone_and_goes_no_further(proxied: Start) -> None:
    other = "f" * 32
    proxy = proxied(Answering([completion()]), token="of-the-proxy")
    known = {"x-midspan-token": "of-the-proxy"}
    for run, token in ((RUN, "of-the-run"), (other, "of-the-other")):
        told = proxy.client.put(f"/run/{run}", json={"token": token}, headers=known)
        assert told.status_code == 204

    def status(run: str, **headers: str) -> int:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = proxy.chat(ASK, path=f"/run/{run}/v1/chat/completions", headers=said)
        return int(answer.status_code)

    assert status(RUN, authorization="Bearer of-the-run") == 200
    assert status(RUN, x_api_key="of-the-run") == 200
    assert status(RUN, authorization="Bearer of-the-other") == 401
    assert status(RUN) == 401
    assert status(other, authorization="Bearer of-the-run") == 401
    # Nor does it open what is about runs, its own among them.
    shown = {"authorization": "Bearer of-the-run", "x-midspan-token": "of-the-run"}
    assert proxy.client.delete(f"/run/{RUN}", headers=shown).status_code == 401
    assert proxy.client.put(f"/run/{RUN}", json={}, headers=shown).status_code == 401
    assert len(proxy.server.asked) == 2
    for asked in proxy.server.asked:
        assert asked.header("authorization") is None
        assert asked.header("x-api-key") is None


def test_a_run_that_is_over_takes_no_more_requests(proxied: Start) -> None:
    proxy = proxied(Answering([completion()]), token="of-the-proxy")
    known = {"x-midspan-token": "of-the-proxy"}
    proxy.client.put(f"/run/{RUN}", json={"token": "of-the-run"}, headers=known)
    shown = {"authorization": "Bearer of-the-run"}
    assert proxy.chat(ASK, path=CHAT, headers=shown).status_code == 200
    proxy.client.delete(f"/run/{RUN}", headers=known)
    assert proxy.chat(ASK, path=CHAT, headers=shown).status_code == 401


def test_the_end_is_answered_when_the_file_is_closed(proxied: Start) -> None:
    proxy = proxied(Answering([completion()]))
    proxy.chat(ASK, path=CHAT)
    proxy.chat(ASK, path=CHAT)
    answer = proxy.client.delete(f"/run/{RUN}")
    assert [file.name for file in proxy.spool.iterdir()] == [f"{RUN}-0.otlp.jsonl"]
    assert answer.status_code == 200
    assert answer.json() == {"spans_written": 3, "spans_lost": 0, "noted": True}
    nothing = {"spans_written": 0, "spans_lost": 0, "noted": False}
    assert proxy.client.delete(f"/run/{RUN}").json() == nothing


def test_a_request_under_way_is_in_the_file_before_the_end_is_answered(proxied: Start) -> None:
    def slowly(asked: Asked) -> Iterator[bytes]:
        reply = completion()
        yield reply[:40]
        time.sleep(0.3)
        yield reply[40:]

    proxy = proxied(slowly)
    request = Thread(target=proxy.chat, args=(ASK,), kwargs={"path": CHAT})
    request.start()
    while not proxy.server.asked:
        time.sleep(0.01)
    assert proxy.client.delete(f"/run/{RUN}").json()["spans_written"] == 2
    request.join()


def test_figures_events_and_a_failure_go_onto_the_span_of_the_run(proxied: Start) -> None:
    proxy = proxied(Answering([completion()]))
    proxy.chat(ASK, path=CHAT)
    event = {"name": "gpu", "time_ns": 1_700_000_000_000_000_000, "attributes": {"used": 0.5}}
    told: dict[str, Any] = {
        "attributes": {"gpu.name": "L4", "gpu.memory": 24},
        "events": [event],
        "failure": {"type": "agent_failed", "message": "gave up"},
    }
    answer = proxy.client.request("DELETE", f"/run/{RUN}", json=told)
    assert answer.json()["noted"] is True
    (span,) = (span for span in proxy.all_spans() if span["name"] == AROUND)
    assert (span["attributes"]["gpu.name"], span["attributes"]["gpu.memory"]) == ("L4", 24)
    assert span["attributes"]["error.type"] == "agent_failed"
    assert span["status"] == {"code": 2, "message": "agent_failed: gave up"}
    (noted,) = (each for each in span["events"] if each["name"] == "gpu")
    assert noted["timeUnixNano"] == "1700000000000000000"


def test_a_run_of_an_agent_that_records_itself_only_passes(proxied: Start) -> None:
    proxy = proxied(Answering([completion()]))
    proxy.client.put(f"/run/{RUN}", json={"record": False, "sampling": {"seed": 7}})
    assert proxy.chat(ASK, path=CHAT).status_code == 200
    assert json.loads(proxy.server.asked[0].body)["seed"] == 7
    assert proxy.client.delete(f"/run/{RUN}").json()["spans_written"] == 0
    assert proxy.all_spans() == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "a run is declared in JSON"),
        (b"[]", "a run is declared as a JSON object"),
        (b'{"sampling": 1}', "`sampling` is an object"),
        (b'{"token": ""}', "`token` is a text of ASCII"),
        (b'{"record": "no"}', "`record` is true or false"),
        (b'{"temperature": 1}', "unknown: temperature; what can be told is experiment"),
    ],
)
def test_what_cannot_be_declared_is_said(proxied: Start, body: bytes, said: str) -> None:
    answer = proxied(Answering([completion()])).client.put(f"/run/{RUN}", content=body)
    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "the end of a run is told in JSON"),
        (b'{"spans": 1}', "an object with any of attributes, events, failure"),
        (b'{"attributes": {"a": [1]}}', "attribute 'a' is neither a text"),
        (b'{"events": [{"name": "x"}]}', "an event has a `name` and its `time_ns`"),
        (b'{"failure": "x"}', "a `failure` has a `type`"),
    ],
)
def test_an_end_that_cannot_be_told_is_said(proxied: Start, body: bytes, said: str) -> None:
    client = proxied(Answering([completion()])).client
    answer = client.request("DELETE", f"/run/{RUN}", content=body)
    assert answer.status_code == 400
    assert said in answer.json()["error"]["message"]
