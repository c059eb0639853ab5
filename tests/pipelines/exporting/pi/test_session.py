"""What a run looks like as a session of pi."""

import json
from pathlib import Path
from typing import Any

from midspan.pipelines.exporting.sessions import Sessions, write_sessions
from tests.support.otlp import RUN, Json, Story, call, offered
from tests.support.workspaces import ingested

LOOK = offered("look", {"type": "object"}, "Look up.")


def turn(role: str, *parts: Json) -> Json:
    return {"role": role, "parts": list(parts)}


def said(text: str) -> Json:
    return {"type": "text", "content": text}


def exported(tmp_path: Path, spans: list[Json], **asked: Any) -> tuple[Sessions, list[Json]]:
    """Export the only run of some spans; return its entries."""
    written = write_sessions(ingested(tmp_path, spans), tmp_path / "out", **asked)
    files = sorted((tmp_path / "out").rglob("*.jsonl"))
    lines = files[0].read_text(encoding="utf-8").splitlines() if files else []
    return written, [json.loads(line) for line in lines]


def messages(entries: list[Json]) -> list[Json]:
    return [entry["message"] for entry in entries if entry["type"] == "message"]


def test_a_run_with_thoughts_calls_results_and_a_failed_request(tmp_path: Path) -> None:
    story = Story(task="price", trial=2, harness="loop@1.2", model="small")
    history = [turn("system", said("Be brief.")), turn("user", said("How much?"))]
    first = turn("assistant", call("look", {"id": 7}, id="c1"))
    back = turn("tool", {"type": "tool_call_response", "id": "c1", "response": "none"})
    with story.agent(output="39 EUR"):
        story.llm(error="Timeout: no answer", **_input(history))
        story.llm(
            call("look", {"id": 7}, id="c1"),
            reasoning="Hm.",
            text="I look.",
            tools=[LOOK],
            **_input(history),
        )
        story.tool("look", {"id": 7}, id="c1", error="KeyError: none")
        story.llm(text="39 EUR", tools=[LOOK], **_input([*history, first, back]))
    written, entries = exported(tmp_path, story.spans)
    assert [str(place) for place in written.files] == [f"sessions/loop/{RUN}.jsonl"]
    header, name, about, model, prompt, *_ = entries
    assert header == {
        "type": "session",
        "version": 3,
        "id": RUN,
        "timestamp": "1970-01-01T00:00:01.000Z",
        "cwd": "",
        "harness": "loop",
    }
    assert (name["id"], name["parentId"], name["name"]) == (
        "00000001",
        None,
        "price · small · trial 2",
    )
    assert (about["customType"], about["data"]) == (
        "midspan-run",
        {
            "run_id": RUN,
            "experiment": "default",
            "task": "price",
            "model": "small",
            "trial": 2,
            "harness": "loop@1.2",
            "status": "ok",
            "outcome": "unscored",
            "answer": "39 EUR",
        },
    )
    assert (model["type"], model["provider"], model["modelId"]) == (
        "model_change",
        "openai",
        "gpt-4.1-mini",
    )
    assert (prompt["customType"], prompt["data"]) == (
        "teich-system-prompt",
        {"systemPrompt": "Be brief."},
    )
    (offer,) = [each for each in entries if each.get("customType") == "teich-available-tools"]
    function = {"name": "look", "description": "Look up.", "parameters": {"type": "object"}}
    assert offer["data"] == {"tools": [{"type": "function", "function": function}]}
    served = {"provider": "openai", "model": "gpt-4.1-mini"}
    tokens = {"input": 100, "output": 10, "totalTokens": 110}
    assert messages(entries) == [
        {"role": "user", "content": [_text("How much?")], "timestamp": 2000},
        {
            "role": "assistant",
            "content": [],
            **served,
            "stopReason": "error",
            "timestamp": 2000,
            "errorMessage": "no answer",
        },
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "Hm."},
                _text("I look."),
                {"type": "toolCall", "id": "c1", "name": "look", "arguments": {"id": 7}},
            ],
            **served,
            "usage": tokens,
            "stopReason": "toolUse",
            "timestamp": 4000,
        },
        {
            "role": "toolResult",
            "toolCallId": "c1",
            "toolName": "look",
            "content": [_text("none")],
            "isError": True,
            "timestamp": 7000,
        },
        {
            "role": "assistant",
            "content": [_text("39 EUR")],
            **served,
            "usage": tokens,
            "stopReason": "stop",
            "timestamp": 8000,
        },
    ]
    parents = [entry["parentId"] for entry in entries[1:]]
    assert parents == [None, *(entry["id"] for entry in entries[1:-1])]


def test_arguments_that_are_no_object_stay_the_text_they_were(tmp_path: Path) -> None:
    story = Story()
    with story.agent():
        story.llm(call("look", '{"id": ', id="c1"), call("look", "[1]", id="c2"))
    _, entries = exported(tmp_path, story.spans)
    calls = messages(entries)[-1]["content"]
    assert [each["arguments"] for each in calls] == ['{"id": ', "[1]"]


def test_several_agents_are_told_apart_and_each_is_asked_once(tmp_path: Path) -> None:
    story = Story()
    with story.agent("boss") as boss:
        story.llm(call("research", {}, id="c1"), input="Find it.")
        with story.agent("helper", parent=boss):
            story.llm(text="Found.", input="Look.")
        story.tool("research", "{}", id="c1", result="Found.")
        story.llm(text="It is there.", input="Find it.")
    _, entries = exported(tmp_path, story.spans)
    shown = [
        entry["content"] if entry["type"] == "custom_message" else _words(entry["message"])
        for entry in entries
        if entry["type"] in ("custom_message", "message")
    ]
    assert shown[:4] == ["agent: boss", "user: Find it.", "assistant: research", "agent: helper"]
    assert shown[4:6] == ["user: Look.", "assistant: Found."]
    assert "toolResult: Found." in shown[6:]
    assert shown[-1] == "assistant: It is there."


def test_secrets_are_taken_out_of_everything_that_is_said(tmp_path: Path) -> None:
    key = "hf_abcdefghijklmnop1234"
    story = Story(task="price")
    with story.agent(output=f"it is {key}"):
        story.llm(call("look", {"api_key": "abcd-1234"}, id="c1"), input=f"use {key}, ann@x.org")
        story.tool("look", "{}", id="c1", result=f"Bearer {key}")
        story.llm(text=f"it is {key}")
    written, entries = exported(tmp_path, story.spans, emails=True)
    told = json.dumps(entries)
    assert key not in told
    assert "abcd-1234" not in told
    assert "ann@x.org" not in told
    assert written.redacted["key"] >= 4
    assert (written.redacted["email"], written.redacted["secret"]) == (1, 1)


def test_a_run_without_any_call_of_a_model_is_left_out_and_said(tmp_path: Path) -> None:
    story = Story()
    with story.agent(output="39"):
        story.tool("look", "{}", result="39")
    written, entries = exported(tmp_path, story.spans)
    assert (written.runs, entries) == (0, [])
    assert written.left_out == {RUN: "no call of a model was recorded"}


def test_a_harness_with_an_odd_name_makes_no_odd_path(tmp_path: Path) -> None:
    story = Story(harness="../../my agent/x@2")
    with story.agent():
        story.llm(text="hi")
    written, entries = exported(tmp_path, story.spans)
    assert [str(place) for place in written.files] == [f"sessions/my-agent-x/{RUN}.jsonl"]
    assert entries[0]["harness"] == "../../my agent/x"


def _input(history: list[Json]) -> Json:
    return {"gen_ai__input__messages": json.dumps(history)}


def _text(text: str) -> Json:
    return {"type": "text", "text": text}


def _words(message: Json) -> str:
    parts = message["content"]
    return f"{message['role']}: " + " ".join(part.get("text") or part["name"] for part in parts)
