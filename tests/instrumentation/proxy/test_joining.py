"""Which run a request belongs to."""

from collections.abc import Iterator

import pytest

from midspan.instrumentation import RunContext
from midspan.instrumentation.proxy.history import History
from midspan.instrumentation.proxy.joining import session_run_id
from tests.instrumentation.proxy import replies
from tests.instrumentation.proxy.conftest import Json, Proxied, Start
from tests.instrumentation.proxy.replies import completion
from tests.instrumentation.proxy.test_forwarding import Answering
from tests.instrumentation.proxy.upstream import Answer
from tests.support.workspaces import rows

RUN = "0123456789abcdef" * 2
ASK = {"role": "user", "content": "Refund order 1042?"}


def runs(proxy: Proxied) -> list[str]:
    return [span["attributes"]["midspan.run.id"] for span in proxy.spans()]


def one_after_the_other(*bodies: bytes) -> Answer:
    left: Iterator[bytes] = iter(bodies)
    return lambda asked: [next(left)]


@pytest.mark.parametrize(
    ("path", "headers", "run"),
    [
        (f"/run/{RUN}/v1/chat/completions", {"x-midspan-run": "f" * 32}, RUN),
        (
            "/run/Refund%20%233/v1/chat/completions",
            {},
            RunContext(run_id="Refund #3").run_id,
        ),
        ("/v1/chat/completions", {"x-midspan-run": RUN, "baggage": "midspan.run.id=aa"}, RUN),
        ("/v1/chat/completions", {"baggage": f"other=1,midspan.run.id={RUN}"}, RUN),
        (
            "/v1/chat/completions",
            {"x-midspan-run": "Refund #3"},
            RunContext(run_id="Refund #3").run_id,
        ),
        ("/v1/chat/completions", {"x-midspan-session": "s-1"}, session_run_id("s-1")),
        ("/v1/chat/completions", {"x-claude-code-session-id": "s-1"}, session_run_id("s-1")),
    ],
)
def test_a_path_or_a_header_says_the_run(
    proxied: Start, path: str, headers: dict[str, str], run: str
) -> None:
    proxy = proxied(Answering([completion()]))
    proxy.chat(ASK, path=path, headers=headers)
    assert runs(proxy) == [run]
    assert [file.name for file in proxy.spool.iterdir()] == [f"{run}-0.otlp.jsonl"]


def test_headers_say_what_is_known_of_the_run_and_the_proxy_the_rest(proxied: Start) -> None:
    known = RunContext(experiment="shop", task="refund")
    proxy = proxied(Answering([completion()]), run=known)
    headers = {"x-midspan-run": RUN, "x-midspan-task": "lost", "x-midspan-trial": "3"}
    proxy.chat(ASK, headers=headers)

    (span,) = proxy.spans()
    found = {k: v for k, v in span["attributes"].items() if k.startswith(("midspan.", "gen_ai.co"))}
    assert found == {
        "midspan.run.id": RUN,
        "midspan.experiment": "shop",
        "midspan.task": "lost",
        "midspan.trial": 3,
        "gen_ai.conversation.id": f"shop/{RUN}",
        "midspan.proxy.outside": True,
    }


def test_a_traceparent_makes_the_span_a_child(proxied: Start) -> None:
    proxy = proxied(Answering([completion()]))
    proxy.chat(ASK, headers={"traceparent": f"00-{RUN}-00f067aa0ba902b7-01"})
    (span,) = proxy.spans()
    assert (span["traceId"], span["parentSpanId"]) == (RUN, "00f067aa0ba902b7")


def test_a_conversation_that_goes_on_is_one_run(proxied: Start) -> None:
    first = completion("Looking.", ("c-1", "look", "{}"))
    proxy = proxied(one_after_the_other(first, completion("Done."), completion("Welcome.")))
    call = {"id": "c-1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    # As clients do: the text beside a call is left out, the arguments are printed anew.
    called: Json = {"role": "assistant", "content": None, "tool_calls": [call]}
    history: list[Json] = [ASK, called, {"role": "tool", "tool_call_id": "c-1", "content": "35.88"}]
    proxy.chat(ASK)
    proxy.chat(*history)
    proxy.chat(
        *history, {"role": "assistant", "content": "Done."}, {"role": "user", "content": "!"}
    )
    assert len(set(runs(proxy))) == 1


def test_equal_questions_are_runs_of_their_own_and_so_is_what_follows_each(
    proxied: Start,
) -> None:
    texts = ["Yes.", "No.", "Sure.", "Never."]
    proxy = proxied(one_after_the_other(*map(completion, texts)))
    proxy.chat(ASK)
    proxy.chat(ASK)
    more = {"role": "user", "content": "Really?"}
    proxy.chat(ASK, {"role": "assistant", "content": "Yes."}, more)
    proxy.chat(ASK, {"role": "assistant", "content": "No."}, more)
    one, two, three, four = runs(proxy)
    assert one != two
    assert (three, four) == (one, two)


def test_where_two_runs_have_said_the_same_nothing_is_guessed() -> None:
    history = History()
    history.answered("a", ["told:hi"], ["model:yes"], None)
    history.answered("b", ["told:hi"], ["model:yes"], None)
    assert history.run_of(["told:hi", "model:yes", "told:go"]) is None


def test_a_request_that_failed_is_retried_in_its_run(proxied: Start) -> None:
    busy = b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n"
    proxy = proxied(one_after_the_other(busy, completion()))
    proxy.chat(ASK)
    proxy.chat(ASK)
    assert len(set(runs(proxy))) == 1
    columns = ("kind", "status", "http_status", "turn", "retry_of")
    found = rows(proxy.ingested(), "spans", *columns)
    steps = [row for row in found if row[0] == "llm"]
    assert [(*row, retried is not None) for *row, retried in steps] == [
        ("llm", "error", 503, 0, False),
        ("llm", "ok", 200, 0, True),
    ]


def test_a_response_that_names_the_one_before_is_of_its_run(proxied: Start) -> None:
    proxy = proxied(Answering(replies.responses_body()))
    proxy.client.post("/v1/responses", json={"model": "m", "input": "a"})
    proxy.client.post(
        "/v1/responses", json={"model": "m", "input": "b", "previous_response_id": "r-1"}
    )
    assert len(set(runs(proxy))) == 1
