import json
from typing import Any

from midspan.scorers.loop import Loop
from midspan.scorers.profile import Profile
from midspan.scorers.repetition import RepeatedCalls
from midspan.scorers.setting import Setting
from tests.scorers.builders import Row, calls, tables

PROFILE = """
profile: shop
contract: 1
extends: [midspan/default]
tools: {state_changing: [pay, call_tool]}
"""
SETTING = Setting.of(profile=Profile.parse(PROFILE))
FAILS = {"failed": True, "fault": "execution.error", "signature": "e1"}
WORKS = {"failed": False, "result": "x"}


def bash(command: str, **more: Any) -> Row:
    return {"name": "bash", "raw_arguments": json.dumps({"command": command}), **more}


def dispatched(tool: str, **more: Any) -> Row:
    arguments = {"server": "shop", "tool": tool, "params": more.pop("params", {})}
    return {"name": "call_tool", "raw_arguments": json.dumps(arguments), **more}


def loops(*rows: Row) -> list[tuple[int, str, str]]:
    found = Loop().score(tables(SETTING, calls=calls(*rows))).collect()
    return found.filter(name="loop").select("call", "label", "explanation").rows()


def repeated(*rows: Row) -> float:
    found = RepeatedCalls().score(tables(SETTING, calls=calls(*rows))).collect()
    count: float = found["numerator"].item()
    return count


def test_a_success_of_another_program_does_not_end_the_errors_of_one() -> None:
    tried = [bash("git push", **FAILS), bash("ls", **WORKS), bash("git push -f", **FAILS)]
    said = "`bash:git` failed 2 times with the same error and no success between"
    assert loops(*tried) == [(2, "same_error", said)]
    assert loops(tried[0], bash("git status", **WORKS), tried[2]) == []


def test_queries_of_a_search_tool_behind_a_dispatcher() -> None:
    queries = ["red shoes size 42", "size 42 red shoes", "shoes red 42 size"]
    rows = [
        dispatched("search_goods", params={"query": query}, failed=False, result=query)
        for query in queries
    ]
    said = "`shop/search_goods` asked nearly the same 3 times"
    assert loops(*rows) == [(2, "similar_search", said)]


def test_a_dispatcher_changes_what_its_tool_changes() -> None:
    look = dispatched("get_order", **WORKS)
    assert repeated(look, dispatched("list_orders", **WORKS), look) == 1.0
    assert repeated(look, dispatched("pay", **WORKS), look) == 0.0
    assert repeated(look, dispatched("close", **WORKS), look) == 0.0
