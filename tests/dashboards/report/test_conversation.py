import json

import polars as pl

from midspan.dashboards.report.conversation import new_messages


def requests(*inputs: str | None, **columns: list[object]) -> pl.DataFrame:
    rows = len(inputs)
    return pl.DataFrame(
        {
            "run_id": ["r"] * rows,
            "agent": ["a"] * rows,
            "place": list(range(rows)),
            "kind": ["llm"] * rows,
            "duplicate_of": [None] * rows,
            "input": list(inputs),
            **columns,
        },
        schema_overrides={"duplicate_of": pl.String, "input": pl.String},
    )


def told(*words: str) -> str:
    return json.dumps([{"role": "user", "content": word} for word in words])


def shown(frame: pl.DataFrame) -> list[tuple[str | None, int | None]]:
    return list(new_messages(frame).select("input", "continues").iter_rows())


def test_of_a_growing_history_what_is_new_is_shown() -> None:
    found = shown(requests(told("a"), told("a", "b"), told("a", "b", "ü", "d")))
    assert [(json.loads(text or ""), place) for text, place in found] == [
        (json.loads(told("a")), None),
        (json.loads(told("b")), 0),
        (json.loads(told("ü", "d")), 1),
    ]


def test_of_a_window_that_slides_what_is_new_is_shown() -> None:
    long = [f"message {number} " * 30 for number in range(6)]
    found = shown(requests(told(*long[:4]), told(*long[2:6])))
    assert (json.loads(found[1][0] or ""), found[1][1]) == (json.loads(told(*long[4:6])), 0)


def test_a_request_that_is_sent_again_has_nothing_new() -> None:
    assert shown(requests(told("a"), told("a")))[1] == ("[]", 0)


def test_another_conversation_is_shown_whole() -> None:
    for other in (told("b"), told("ab"), told("x", "a", "y"), "plain text", None):
        assert shown(requests(told("a"), other))[1] == (other, None)


def test_agents_and_runs_have_conversations_of_their_own() -> None:
    first, second = told("a"), told("a", "b")
    by_agent = requests(first, second, agent=["one", "two"])
    by_run = requests(first, second, run_id=["r", "s"])
    assert shown(by_agent)[1] == shown(by_run)[1] == (second, None)


def test_a_span_that_repeats_another_one_is_none_of_the_conversation() -> None:
    frame = requests(told("a"), told("a"), told("a", "b"), duplicate_of=[None, "s0", None])
    assert [place for _, place in shown(frame)] == [None, None, 0]
    assert json.loads(shown(frame)[2][0] or "") == json.loads(told("b"))


def test_plain_texts_that_begin_alike_are_no_messages() -> None:
    assert shown(requests("abc", "abc,d"))[1] == ("abc,d", None)
