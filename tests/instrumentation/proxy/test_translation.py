"""Calls written as text become native ones, whole and streamed alike, and nothing else does."""

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midspan.instrumentation.proxy.exchange import Translation
from midspan.instrumentation.proxy.translation.stream import StreamRewriter
from midspan.instrumentation.proxy.translation.translator import Translator
from midspan.instrumentation.proxy.wire import chat
from midspan.instrumentation.proxy.wire.sse import documents
from midspan.instrumentation.text_calls import OfferedTool
from tests.instrumentation.proxy import replies
from tests.instrumentation.proxy.upstream import streamed

SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
    "required": ["city"],
}
TOOL = OfferedTool(name="weather", schema=SCHEMA)
OFFERED = [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}]
TAG = '<tool_call>\n{"name": "weather", "arguments": {"city":  "Oslo"}}\n</tool_call>'
RAW = '{"city":  "Oslo"}'
FORMS = {
    TAG: ("tag", RAW, ""),
    f"Let me see.\n{TAG}": ("tag", RAW, "Let me see."),
    f"<think>weather(</think>\n{TAG}": ("tag", RAW, "<think>weather(</think>"),
    f"[TOOL_CALLS]weather[ARGS]{RAW}": ("tag", RAW, ""),
    f"<|python_tag|>{RAW[:-1]}}}": None,
    '{"name": "weather", "arguments": {"city":  "Oslo"}}': ("other", RAW, ""),
    'weather(city="Oslo")': ("python", '{"city": "Oslo"}', ""),
    f"Thought: rain?\nAction: weather\nAction Input: {RAW}": ("react", RAW, "Thought: rain?"),
    '```json\n{"name": "weather", "arguments": {"city":  "Oslo"}}\n```': ("fenced", RAW, ""),
    "<function=weather>\n<parameter=city>\nOslo\n</parameter>\n</function>": (
        "tag",
        '{"city": "Oslo"}',
        "",
    ),
}
PLAIN = [
    "It rains in Oslo (as it does) < 3 days of 7, and `weather` says {sun: no}.",
    "Would you like me to call weather(city) for you?",
    "Use this:\n```python\nprint('hello')\n```\nThen [click](http://x) to=1 and go.",
    "Action taken: none.\nActual actions follow.",
    "[1] a source. {a, b} is a set. <b>bold</b> <https://a.example>",
]


def events(text: str, size: int, reason: str = "stop") -> list[bytes]:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return [
        replies.delta({"role": "assistant", "content": ""}),
        *(replies.delta({"content": piece}) for piece in pieces),
        replies.delta({}, reason),
        b"[DONE]",
    ]


def rewritten(
    text: str, size: int, tools: Sequence[OfferedTool], **chosen: Any
) -> tuple[list[bytes], list[bytes], Translation]:
    """The stream as it came, what went out with each event, and what is said of it."""
    report = Translation()
    rewriter = StreamRewriter(Translator(tools=tools, **chosen), report)
    came = [b"data: " + event + b"\n\n" for event in events(text, size)]
    went = [rewriter.feed(event) for event in came]
    return came, [*went, rewriter.finish()], report


def message_of(went: list[bytes]) -> tuple[str, list[tuple[str, str]], str]:
    (choice,) = chat.completion_of(documents(b"".join(went)))["choices"]
    calls = choice["message"].get("tool_calls", [])
    named = [(call["function"]["name"], call["function"]["arguments"]) for call in calls]
    return choice["message"].get("content", ""), named, choice["finish_reason"]


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("text", [text for text, form in FORMS.items() if form])
def test_a_stream_ends_with_the_native_call(text: str, size: int) -> None:
    known = FORMS[text]
    assert known is not None
    form, arguments, rest = known
    _, went, report = rewritten(text, size, [TOOL])
    said, calls, reason = message_of(went)
    assert (said.strip(), calls, reason) == (rest, [("weather", arguments)], "tool_calls")
    assert (report.form, report.reason) == (form, None)
    assert [(call.name, call.arguments) for call in report.calls] == calls


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_streams_on_as_it_came(text: str, size: int) -> None:
    came, went, report = rewritten(text, size, [TOOL])
    assert b"".join(went) == b"".join(came)
    assert report.form is None


def test_what_may_become_a_call_alone_is_held_back() -> None:
    text = f"Rain is likely, I would say. Let me look it up now.\n{TAG}"
    came, went, _ = rewritten(text, 1, [TOOL])
    before = 1 + text.index("<")
    assert went[:before] == came[:before]
    assert set(went[before:-3]) == {b""}


def test_a_fence_without_a_call_goes_on_once_it_is_closed() -> None:
    text = "See:\n```python\nprint(1)\n```\nThat is all there is to it.\n"
    came, went, _ = rewritten(text, 1, [TOOL])
    closed = 1 + text.index("That")
    assert b"".join(went[: closed + 1]) == b"".join(came[: closed + 1])


def test_the_call_of_a_single_chunk_keeps_its_role_and_the_usage() -> None:
    report = Translation()
    rewriter = StreamRewriter(Translator(tools=[TOOL]), report)
    usage = {"prompt_tokens": 9, "completion_tokens": 3}
    last = replies.delta({"role": "assistant", "content": TAG}, "stop", usage=usage)
    out = rewriter.feed(b"data: " + last + b"\r\n\r\ndata: [DONE]\r\n\r\n") + rewriter.finish()
    deltas = [chunk["choices"][0]["delta"] for chunk in documents(out)]
    assert [sorted(delta) for delta in deltas] == [["role", "tool_calls"], []]
    assert [chunk["usage"] for chunk in documents(out)] == [None, usage]


@pytest.mark.parametrize(
    ("text", "chosen", "reason"),
    [
        (TAG.replace("Oslo", "<city>"), {}, "weather: an argument is a blank to be filled in"),
        (TAG.replace('"city"', '"town"'), {}, "weather: city is missing or empty"),
        (TAG.replace("weather", "whether"), {}, "whether is not among the offered tools"),
        (TAG, {"finish": "length"}, "the reply was cut off at its limit of tokens"),
        (TAG * 2, {"single": True}, "2 calls, and parallel_tool_calls is false"),
        (TAG, {"allowed": frozenset(["look"])}, "tool_choice does not allow weather"),
        (
            "No call.",
            {"required": True},
            "tool_choice asks for a call, and the text holds none",
        ),
    ],
)
def test_what_may_not_be_made_stays_as_it_came(
    text: str, chosen: dict[str, Any], reason: str | None
) -> None:
    finish = chosen.pop("finish", "stop")
    report = Translation()
    rewriter = StreamRewriter(Translator(tools=[TOOL], **chosen), report)
    came = b"".join(b"data: " + event + b"\n\n" for event in events(text, 5, finish))
    assert rewriter.feed(came) + rewriter.finish() == came
    assert (report.calls, report.reason) == ((), reason)


@pytest.mark.parametrize("end", [0, 1, 2])
def test_a_stream_that_breaks_off_loses_nothing(end: int) -> None:
    rewriter = StreamRewriter(Translator(tools=[TOOL]), Translation())
    came = b"".join(b"data: " + event + b"\n\n" for event in events(TAG, 4)[:-2])
    came = came[: len(came) - end]
    assert rewriter.feed(came) + rewriter.finish() == came


@pytest.mark.parametrize(
    "chunk",
    [
        b'{"choices": [{"delta": "x"}]}',
        b'{"choices": [{"delta": {"content": 1}, "finish_reason": {}}]}',
        b'{"choices": [{"delta": {"tool_calls": "x"}}]}',
        b'{"choices": [{"index": "0", "delta": {"content": "x"}}]}',
        b'{"choices": [{"delta": {"content": "\\ud800<"}}]}',
        b'{"choices": {}, "error": 1}',
        b"[1]",
        b"{",
    ],
)
def test_chunks_that_no_server_should_send_pass_as_they_came(chunk: bytes) -> None:
    came = [replies.delta({"content": "<tool"}), chunk, replies.delta({"content": "_call>"})]
    stream = b"".join(b"data: " + each + b"\n\n" for each in came)
    rewriter = StreamRewriter(Translator(tools=[TOOL]), Translation())
    assert rewriter.feed(stream) + rewriter.finish() == stream


def test_native_calls_and_several_choices_are_left_alone() -> None:
    for stream in (replies.chat_stream(), streamed(replies.delta({"content": "a"}))):
        body = b"".join(stream)
        rewriter = StreamRewriter(Translator(tools=[TOOL]), Translation())
        assert rewriter.feed(body) + rewriter.finish() == body


@given(text=st.text("weathr(){}[]<>/`\n\"':, Action=tol_c", max_size=60), size=st.integers(1, 7))
def test_whatever_the_text_a_stream_is_never_worse_than_the_whole(text: str, size: int) -> None:
    whole, _ = Translator(tools=[TOOL]).translate(text, "stop")
    came, went, report = rewritten(text, size, [TOOL])
    if not report.calls:
        assert b"".join(went) == b"".join(came)
    assert [(c.name, c.arguments) for c in report.calls] in (
        [],
        [(c.name, c.arguments) for c in whole.calls],
    )


@pytest.mark.parametrize(
    ("choice", "made"),
    [
        (None, True),
        ("auto", True),
        ("required", True),
        ("none", False),
        ({"type": "function", "function": {"name": "weather"}}, True),
        ({"type": "function", "function": {"name": "other"}}, False),
        ({"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": OFFERED}}, True),
        ({"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}}, False),
    ],
)
def test_the_tool_choice_of_the_request_is_kept_to(choice: object, made: bool) -> None:
    translator = Translator.of({"tools": OFFERED, "tool_choice": choice})
    assert bool(translator and translator.translate(TAG, "stop")[0].calls) == made
