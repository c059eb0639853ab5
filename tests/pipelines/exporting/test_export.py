"""Runs as training data, and `midspan export`."""

import json
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.cli.boundary import run
from midspan.pipelines.cli.export import command
from midspan.pipelines.exporting.chat_messages import chat, recorded
from midspan.pipelines.workspace import Workspace
from tests.scorers.builders import calls, spans, text, tools
from tests.scorers.builders import runs as run_rows
from tests.support.workspaces import put

KEY = "hf_abcdefghijklmnop1234"


def ended(digit: str, passed: bool | None, **said: Any) -> dict[str, Any]:
    check = {"id": "amount", "kind": "state", "passed": passed, "detail": None}
    told = {"run_id": digit * 32, "task": "price", "ended_by": "exit", "exit_code": 0}
    return {**told, "answer": "36", "calls": 1, "output_tokens": 1, "checks": [check], **said}


def part(kind: str, **said: Any) -> dict[str, Any]:
    return {"type": kind, **said}


ASKED = [
    {"role": "user", "parts": [part("text", content=f"price? <b>{KEY}</b>\x07 ann@x.org")]},
    {"role": "assistant", "parts": [part("tool_call", id="c", name="look", arguments={"id": 1})]},
    {"role": "tool", "parts": [part("tool_call_response", id="c", response={"eur": 36})]},
]
SAID = [{"role": "assistant", "parts": [part("text", content="36")], "finish_reason": "stop"}]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """One run succeeds, one fails, one fails without messages; of one nothing is known."""
    made = Workspace.create(tmp_path / "shop")
    put(
        made,
        "runs",
        run_rows(ended("1", True), ended("2", False), ended("3", False), ended("4", None)),
    )
    rows = [{"run_id": d * 32, "span_id": f"s{d}", "kind": "llm", "turn": 0} for d in "123"]
    put(made, "spans", spans(*({**row, "tools_digest": "d"} for row in rows)))
    words = {"input": json.dumps(ASKED), "output": json.dumps(SAID)}
    put(made, "text", text(*({"run_id": d * 32, "span_id": f"s{d}", **words} for d in "12")))
    made_call = {"run_id": "2" * 32, "raw_arguments": '{"api_key": "abcd", "id": 1}'}
    put(made, "calls", calls({**made_call, "result": "36", "turn": 0}))
    with made.writing() as scratch:
        offered = tools({"name": "look", "description": "Look up.", "schema": '{"type": "object"}'})
        offered.write_parquet(scratch / "tools.parquet")
        made.apply(moves={scratch / "tools.parquet": made.path / "tools.parquet"}, removed=[])
    return made


def exported(
    workspace: Workspace, capfd: pytest.CaptureFixture[str], *words: str
) -> tuple[int, list[Any], list[str]]:
    code = run(command, "export", [str(workspace.path), *words])
    printed = capfd.readouterr()
    return code, [json.loads(line) for line in printed.out.splitlines()], printed.err.splitlines()


def test_successes_as_chat(workspace: Workspace, capfd: pytest.CaptureFixture[str]) -> None:
    code, [record], said = exported(workspace, capfd, "--successes", "--format", "chat")
    assert (code, said) == (0, ["1 run", "replaced: key 1"])
    function = {"name": "look", "arguments": '{"id": 1}'}
    assert record["messages"] == [
        {"role": "user", "content": "price? <b>REDACTED_key_a03007</b>\x07 ann@x.org"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [{"id": "c", "type": "function", "function": function}],
        },
        {"role": "tool", "tool_call_id": "c", "content": '{"eur": 36}'},
        {"role": "assistant", "content": "36"},
    ]
    offered = {"name": "look", "description": "Look up.", "parameters": {"type": "object"}}
    assert record["tools"] == [{"type": "function", "function": offered}]
    assert (record["metadata"]["run_id"], record["metadata"]["outcome"]) == ("1" * 32, "success")


def test_failures_as_they_were_recorded(
    workspace: Workspace, capfd: pytest.CaptureFixture[str]
) -> None:
    code, records, said = exported(workspace, capfd, "--failures", "--redact-emails")
    assert (code, said) == (0, ["2 runs", "replaced: email 1, key 1, secret 1"])
    first, second = records
    assert (first["run_id"], first["outcome"], first["answer"]) == ("2" * 32, "wrong", "36")
    assert first["calls"][0]["arguments"] == '{"api_key":"REDACTED_secret_4fdf13","id":1}'
    assert first["messages"][0]["parts"][0]["content"].endswith("\x07 REDACTED_email_9e5299")
    assert first["checks"] == [{"id": "amount", "kind": "state", "passed": False, "detail": None}]
    assert (second["run_id"], second["messages"]) == ("3" * 32, None)


def test_what_has_no_messages_is_left_out_of_chat_and_said(
    workspace: Workspace, capfd: pytest.CaptureFixture[str]
) -> None:
    code, records, said = exported(workspace, capfd, "--failures", "--format", "chat")
    assert (code, [record["metadata"]["run_id"] for record in records]) == (3, ["2" * 32])
    assert said[-1] == f"left out: 1, its messages were not recorded ({'3' * 32})"


def test_a_file_is_there_whole_or_not_at_all(
    workspace: Workspace, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "train.jsonl"
    assert exported(workspace, capfd, "--successes", "--out", str(out))[:2] == (0, [])
    assert json.loads(out.read_text())["run_id"] == "1" * 32
    empty = Workspace.create(tmp_path / "empty")
    code, _, said = exported(empty, capfd, "--successes", "--out", str(tmp_path / "none.jsonl"))
    told = f"no run ended so; how they ended: midspan failures {empty.path}"
    assert (code, said) == (2, ["0 runs", told])
    assert not list(tmp_path.glob("none*"))


def test_which_runs_must_be_said(workspace: Workspace, capfd: pytest.CaptureFixture[str]) -> None:
    code, _, said = exported(workspace, capfd)
    assert (code, said[-1]) == (2, "Add --failures or --successes.")


def test_messages_of_other_shapes() -> None:
    plain = [
        {"role": "user", "content": "hi"},
        {"role": "tool", "content": "x", "tool_call_id": "c"},
    ]
    assert chat(plain) == plain
    thought = [part("reasoning", content="hm"), part("text", text="yes")]
    assert chat([{"role": "assistant", "parts": thought}]) == [
        {"role": "assistant", "content": "yes", "reasoning_content": "hm"}
    ]
    assert chat([{"role": "user", "parts": [part("image", data="...")]}]) is None
    assert [recorded(told) for told in (None, "", "hello", '{"role": "user"}', "[1]")] == [None] * 5
