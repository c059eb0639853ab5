"""Each message of a conversation is told once, however much of it a request repeats."""

import json
from typing import Any

from midspan.pipelines.exporting.pi.telling import Telling


def chat(*turns: tuple[str, str]) -> str:
    return json.dumps([{"role": role, "content": text} for role, text in turns])


def asked(telling: Telling, *turns: tuple[str, str], again: bool = False) -> Any:
    return telling.told(chat(*turns), again=again).asked


def test_a_whole_history_tells_what_is_behind_the_part_that_was_told() -> None:
    telling = Telling()
    assert asked(telling, ("user", "a")) == ["a"]
    assert asked(telling, ("user", "a"), ("assistant", "x"), ("user", "b")) == ["b"]
    assert asked(telling, ("user", "a"), ("assistant", "x"), ("user", "b")) == []


def test_a_history_that_was_cut_at_the_front() -> None:
    telling = Telling()
    asked(telling, ("user", "a"))
    asked(telling, ("user", "a"), ("assistant", "x"), ("user", "b"))
    assert asked(telling, ("assistant", "x"), ("user", "b"), ("user", "c")) == ["c"]


def test_a_request_of_new_messages_alone_may_say_the_same_again() -> None:
    telling = Telling()
    assert asked(telling, ("user", "go on")) == ["go on"]
    assert asked(telling, ("user", "go on")) == ["go on"]


def test_a_request_that_is_sent_again_tells_nothing_new() -> None:
    telling = Telling()
    assert asked(telling, ("user", "a")) == ["a"]
    assert asked(telling, ("user", "a"), again=True) == []


def test_the_system_prompt_is_told_where_it_is_new() -> None:
    telling = Telling()
    assert telling.told(chat(("system", "Be brief."), ("user", "a")), again=False).system == (
        "Be brief."
    )
    assert telling.told(chat(("system", "Be brief."), ("user", "b")), again=False).system is None
    assert telling.told(chat(("developer", "Be long.")), again=False).system == "Be long."


def test_what_went_before_the_run_is_no_answer_of_it() -> None:
    told = Telling().told(chat(("user", "a"), ("assistant", "x"), ("user", "b")), again=False)
    assert (told.before, told.asked) == (["assistant: x"], ["a", "b"])


def test_text_that_is_no_list_of_messages_is_what_a_user_said() -> None:
    telling = Telling()
    assert telling.told("How much?", again=False).asked == ["How much?"]
    assert telling.told(None, again=False) == (None, [], [])
