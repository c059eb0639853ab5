"""Nothing that is sent is without a bound, and what was cut says so."""

import json
from typing import Any

from midspan.pipelines.publish.spans.cutting import LONGEST_LIST, LONGEST_TEXT, bounded

MORE = 10
LONG = "x" * (LONGEST_TEXT + MORE)
CUT = "x" * LONGEST_TEXT + " … [10 characters more, left out by midspan]"


def message(*contents: str, role: str = "user") -> dict[str, Any]:
    return {"role": role, "parts": [{"type": "text", "content": each} for each in contents]}


def test_what_is_short_enough_is_left_alone() -> None:
    values = {"input.value": "short", "n": 1, "list": ["a"]}
    assert bounded(values) is values


def test_a_long_text_is_cut_and_named() -> None:
    assert bounded({"output.value": LONG, "a": 1}) == {
        "output.value": CUT,
        "a": 1,
        "midspan.cut": ["output.value"],
    }


def test_of_messages_the_long_part_is_cut_and_they_stay_messages() -> None:
    told = [message("system", role="system"), message("short", LONG)]
    found = bounded({"gen_ai.input.messages": json.dumps(told)})
    assert json.loads(found["gen_ai.input.messages"]) == [told[0], message("short", CUT)]
    assert found["midspan.cut"] == ["gen_ai.input.messages"]


def test_too_many_messages_lose_those_in_between() -> None:
    told = [message(f"{number} " + "y" * (LONGEST_TEXT // 2)) for number in range(20)]
    found = bounded({"gen_ai.input.messages": json.dumps(told)})
    text = found["gen_ai.input.messages"]
    assert len(text) < LONGEST_LIST + 1000
    kept = [part["content"].split()[0] for each in json.loads(text) for part in each["parts"]]
    assert kept == ["0", "1", "[13", "15", "16", "17", "18", "19"]


def test_long_messages_that_fit_stay_whole() -> None:
    told = json.dumps([message("y" * (LONGEST_TEXT // 2)) for _ in range(3)], separators=(",", ":"))
    assert bounded({"gen_ai.input.messages": told}) == {"gen_ai.input.messages": told}


def test_tools_with_definitions_that_are_too_long_are_named() -> None:
    definition = {"type": "function", "name": "look", "parameters": {"d": "z" * LONGEST_LIST}}
    found = bounded({"gen_ai.tool.definitions": json.dumps([definition])})
    assert json.loads(found["gen_ai.tool.definitions"]) == [{"type": "function", "name": "look"}]
