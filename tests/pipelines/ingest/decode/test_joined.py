"""Files that were put one after the other: each session stays its own, and nothing is lost."""

import io
import itertools
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.ingest.decode import read
from midspan.pipelines.ingest.ingest import IngestSummary, ingest
from midspan.pipelines.ingest.raw import RawSpan, Rejected
from midspan.pipelines.workspace import Workspace
from tests.pipelines.ingest.stories import counts, story
from tests.support.otlp import Json, request
from tests.support.workspaces import rows

SAMPLES = sorted((Path(__file__).parents[3] / "samples" / "sessions").rglob("*.json*"))
OF_SPANS = json.dumps(request(story())).encode()


def claude(session: str, *, follows: str | None = None) -> bytes:
    """One question and one answer of a session of Claude Code."""
    common: Json = {"sessionId": session, "timestamp": "2026-11-20T08:00:00Z"}
    asked = {"role": "user", "content": f"Is it {session}?"}
    said: Json = {
        "id": f"m-{session}",
        "role": "assistant",
        "model": "opus",
        "content": [{"type": "text", "text": f"It is {session}."}],
        "stop_reason": "end_turn",
    }
    first, second = f"{session}-1", f"{session}-2"
    return lines(
        {"type": "user", "uuid": first, "parentUuid": follows, "message": asked, **common},
        {"type": "assistant", "uuid": second, "parentUuid": first, "message": said, **common},
    )


def codex(session: str, *heads: str) -> bytes:
    """A rollout of Codex with one message; a fork has the heads of others behind its own."""
    metas = [{"type": "session_meta", "payload": {"id": name}} for name in (session, *heads)]
    content = [{"type": "output_text", "text": f"It is {session}."}]
    item = {"type": "message", "role": "assistant", "content": content}
    return lines(*metas, {"type": "response_item", "payload": item})


def pi(session: str) -> bytes:
    """A session of pi with one answer."""
    answer = {"role": "assistant", "content": [{"type": "text", "text": f"It is {session}."}]}
    return lines(
        {"type": "session", "version": 3, "id": session, "timestamp": "2026-11-20T08:00:00Z"},
        {"type": "message", "id": f"{session}-1", "parentId": None, "message": answer},
    )


def lines(*entries: Any) -> bytes:
    return b"".join(json.dumps(entry).encode() + b"\n" for entry in entries)


def joined(directory: Path, *parts: bytes) -> IngestSummary:
    return ingest(["-"], directory / "ws", standard_input=io.BytesIO(b"".join(parts)))


def answers(directory: Path) -> list[str | None]:
    found = rows(Workspace(directory / "ws"), "runs", "answer")
    return sorted((answer for (answer,) in found), key=str)


@pytest.mark.parametrize("session", [claude, codex, pi])
def test_sessions_of_one_agent_are_a_run_each(tmp_path: Path, session: Any) -> None:
    summary = joined(tmp_path, session("a"), session("b"))
    assert (summary.runs, summary.rejected) == (2, [])
    assert answers(tmp_path) == ["It is a.", "It is b."]


def test_a_session_before_spans_and_behind_them(tmp_path: Path) -> None:
    for number, parts in enumerate(
        itertools.permutations([claude("a"), OF_SPANS + b"\n", codex("b")])
    ):
        summary = joined(tmp_path / str(number), *parts)
        assert (counts(summary), summary.rejected) == ((8, 8, 0, 0), [])
        assert answers(tmp_path / str(number)) == ["It is a.", "It is b.", "done"]


def test_lines_of_two_sessions_in_turn(tmp_path: Path) -> None:
    ones, others = claude("a").splitlines(True), claude("b").splitlines(True)
    joined(tmp_path, *(line for pair in zip(ones, others, strict=True) for line in pair))
    assert answers(tmp_path) == ["It is a.", "It is b."]


def test_a_session_that_was_resumed_under_another_name_stays_one(tmp_path: Path) -> None:
    before = lines({"type": "permission-mode", "sessionId": "b"})
    assert joined(tmp_path, claude("a"), before, claude("b", follows="a-2")).runs == 1
    assert joined(tmp_path / "other", claude("a"), before, claude("b")).runs == 2


def test_the_heads_that_a_fork_copies_begin_no_session(tmp_path: Path) -> None:
    summary = joined(tmp_path, codex("c", "b", "a"), codex("d"))
    assert (summary.runs, answers(tmp_path)) == (2, ["It is c.", "It is d."])


def test_files_without_a_line_feed_at_their_end(tmp_path: Path) -> None:
    parts = [claude("a").rstrip(), OF_SPANS, pi("b").rstrip(), codex("c").rstrip()]
    summary = joined(tmp_path, *parts)
    assert (summary.runs, summary.rejected) == (4, [])
    assert answers(tmp_path) == ["It is a.", "It is b.", "It is c.", "done"]


def test_a_file_that_was_cut_off_costs_its_last_line(tmp_path: Path) -> None:
    torn = pi("a") + b'{"type": "message", "id": "a-2", "message": {"role": "user", "cont'
    summary = joined(tmp_path, torn, codex("b"))
    assert (summary.runs, answers(tmp_path)) == (2, ["It is a.", "It is b."])
    assert [line.rpartition(": ")[0][:16] for line in summary.rejected] == ["-:3: not JSON: U"]


def test_a_line_of_nothing_among_spans_and_sessions_is_told(tmp_path: Path) -> None:
    summary = joined(tmp_path, OF_SPANS, b"\n", claude("a"), b'{"level": "info"}\n')
    assert counts(summary) == (7, 6, 0, 1)
    assert summary.rejected == ["-:4: no resourceSpans or resourceLogs: not an OTLP request"]


@pytest.mark.parametrize("indent", [None, 2])
def test_documents_over_many_lines(tmp_path: Path, indent: int | None) -> None:
    talks = [
        {"id": f"{n}", "messages": [{"role": "assistant", "content": f"It is {n}."}]}
        for n in range(3)
    ]
    text = "".join(json.dumps(talk, indent=indent) for talk in talks).encode()
    spans = json.dumps(request(story()), indent=indent).encode()
    for number, parts in enumerate([(text, spans), (spans, text), (claude("a"), text, spans)]):
        summary = joined(tmp_path / str(number), *parts)
        assert summary.rejected == []
        told = ["It is 0.", "It is 1.", "It is 2.", "done"]
        expected = [*told[:3], "It is a.", told[3]] if number == 2 else told
        assert answers(tmp_path / str(number)) == expected


@pytest.mark.parametrize("empty", [b'{"messages": []}', b'{"messages": [ ]}\n{"messages": []}'])
def test_a_list_without_messages_leaves_a_trace(tmp_path: Path, empty: bytes) -> None:
    rejected = joined(tmp_path, claude("a"), empty).rejected
    reason = "a session in which nothing happened"
    assert rejected == [f"-:{number}: {reason}" for number, _ in enumerate(empty.splitlines(), 3)]
    alone = joined(tmp_path / "alone", empty)
    assert (alone.kept, len(alone.rejected)) == (0, len(rejected))


def test_a_tool_that_returned_spans_is_no_file_of_spans(tmp_path: Path) -> None:
    returned = json.loads(claude("a").splitlines()[0])
    returned |= {"uuid": "a-3", "parentUuid": "a-2", "toolUseResult": request(story())}
    returned["message"]["content"] = [
        {"type": "tool_result", "tool_use_id": "t", "content": OF_SPANS.decode()}
    ]
    summary = joined(tmp_path, claude("a"), lines(returned))
    assert (summary.runs, dict(summary.dialects)) == (1, {"claude-code-session": 3})


@pytest.mark.parametrize("feed", [b"\n", b""])
def test_every_two_samples_hold_together_what_they_hold_alone(tmp_path: Path, feed: bytes) -> None:
    assert SAMPLES
    alone = {path: found(tmp_path, path.read_bytes()) for path in SAMPLES}
    for one, other in itertools.product(SAMPLES, SAMPLES):
        content = one.read_bytes().rstrip()
        if not content.endswith((b"}", b"]")):
            content += b"\n"  # its last line is no JSON, and what stands on it is lost
        together = found(tmp_path, content + feed + other.read_bytes())
        assert set(together) == set(alone[one] + alone[other]), f"{one.name}, {other.name}"


def found(directory: Path, content: bytes) -> Counter[tuple[str, ...]]:
    file = directory / "file.jsonl"
    file.write_bytes(content)
    return Counter(map(_told, read(file)))


def _told(item: object) -> tuple[str, ...]:
    if isinstance(item, Rejected):
        return (item.reason,)
    assert not isinstance(item, RawSpan)
    return tuple(str(getattr(item, name)) for name in ("trace_id", "span_id", "kind", "name"))
