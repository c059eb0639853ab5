"""Which run a trace is: by run id, by session, by itself."""

import hashlib
from pathlib import Path

import pytest

from tests.support.otlp import RUN, Json, Story, with_attributes
from tests.support.workspaces import Rows, ingested, rows

SESSION_RUN = hashlib.blake2b(b"session\0chat-1", digest_size=16).hexdigest()


def trace(number: int) -> str:
    return f"{number:032x}"


def runs(directory: Path, spans: list[Json]) -> Rows:
    return rows(ingested(directory, spans), "runs", "run_id", "trace_ids")


def with_agent(number: int, *, session: str | None = "chat-1", second: float = 1) -> list[Json]:
    story = Story(trace=number, run_id=None, session=session, second=second)
    with story.agent():
        story.llm(text="x")
    return story.spans


def without_agent(number: int, *, session: str | None = "chat-1", second: float = 1) -> list[Json]:
    story = Story(trace=number, run_id=None, session=session, second=second)
    story.llm(text="x")
    return story.spans


def test_a_trace_alone_is_its_own_run(tmp_path: Path) -> None:
    spans = with_agent(1, session=None) + without_agent(2, session=None)
    assert runs(tmp_path, spans) == [(trace(1), [trace(1)]), (trace(2), [trace(2)])]


def test_traces_of_a_session_with_one_agent_are_one_run(tmp_path: Path) -> None:
    spans = without_agent(1, second=1) + with_agent(2, second=5) + without_agent(3, second=20)
    # The root's trace stands first.
    assert runs(tmp_path, spans) == [(SESSION_RUN, [trace(2), trace(1), trace(3)])]


def test_a_session_without_any_agent_is_one_run(tmp_path: Path) -> None:
    spans = without_agent(2, second=1) + without_agent(1, second=5)
    assert runs(tmp_path, spans) == [(SESSION_RUN, [trace(2), trace(1)])]


def test_each_agent_of_a_session_is_a_run_and_others_join_the_one_before(tmp_path: Path) -> None:
    spans = (
        without_agent(1, second=1)
        + with_agent(2, second=5)
        + without_agent(3, second=20)
        + with_agent(4, second=30)
        + without_agent(5, second=40)
    )
    assert runs(tmp_path, spans) == [
        (trace(1), [trace(1)]),
        (trace(2), [trace(2), trace(3)]),
        (trace(4), [trace(4), trace(5)]),
    ]


def test_a_run_id_on_one_span_holds_for_its_whole_trace(tmp_path: Path) -> None:
    spans = with_agent(1) + with_agent(2, second=10)
    spans[1] = with_attributes(spans[1], midspan__run__id=RUN)
    assert runs(tmp_path, spans) == [(SESSION_RUN, [trace(2)]), (RUN, [trace(1)])]


def test_of_two_run_ids_in_a_trace_the_roots_wins(tmp_path: Path) -> None:
    root, child = with_agent(1, session=None)
    spans = [
        with_attributes(child, midspan__run__id="a" * 32),
        with_attributes(root, midspan__run__id="b" * 32),
    ]
    workspace = ingested(tmp_path, spans)
    assert rows(workspace, "runs", "run_id", "notes") == [("b" * 32, ["context_conflict"])]


@pytest.mark.parametrize(
    ("given", "run_id"),
    [
        ("4F1C2AB0" * 4, RUN),
        ("4f1c2ab0-4f1c-2ab0-4f1c-2ab04f1c2ab0", RUN),
        ("my run", hashlib.blake2b(b"my run", digest_size=16).hexdigest()),
    ],
)
def test_a_run_id_has_one_form(tmp_path: Path, given: str, run_id: str) -> None:
    spans = [with_attributes(span, midspan__run__id=given) for span in with_agent(1)]
    assert runs(tmp_path, spans) == [(run_id, [trace(1)])]


def test_the_resource_may_name_the_run(tmp_path: Path) -> None:
    resource = {"midspan.run.id": RUN, "midspan.task": "refund", "midspan.trial": 3}
    workspace = ingested(tmp_path, with_agent(1), resource=resource)
    assert rows(workspace, "runs", "run_id", "task", "trial") == [(RUN, "refund", 3)]


@pytest.mark.parametrize(
    ("given", "trial"), [("4", 4), (4, 4), ("four", None), (-1, None), (2**40, None), (True, None)]
)
def test_a_trial_is_a_small_number(tmp_path: Path, given: str | int, trial: int | None) -> None:
    spans = [with_attributes(span, midspan__trial=given) for span in with_agent(1)]
    workspace = ingested(tmp_path, spans)
    assert rows(workspace, "runs", "trial") == [(trial,)]
    kept = [text for (text,) in rows(workspace, "text", "attributes")]
    assert all(("midspan.trial" in text) == (trial is None) for text in kept)
