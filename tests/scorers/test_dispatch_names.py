import json
from typing import Any

import polars as pl
import pytest

from midspan.scorers.dispatch_names import inner_arguments, with_tool
from tests.scorers.builders import calls, tables


def tool_of(name: str, arguments: Any) -> str:
    rows = calls({"name": name, "raw_arguments": json.dumps(arguments)})
    given = tables(calls=rows)
    tool: str = with_tool(given.calls, given).collect()["tool"].item()
    return tool


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ("git status", "git"),
        ("cd /repo && git diff HEAD", "git"),
        ("cd a; cd b\n ls", "ls"),
        ("/usr/bin/python3 -m pytest", "python3"),
        ("HF_HOME=/x A='b c' transformers env", "transformers"),
        ("timeout 60 transformers classify --text x", "transformers"),
        ("sudo -n apt-get install x", "apt-get"),
        ("export A=1 && make", "make"),
        ("(ls | wc)", "bash"),
        ("cd /repo", "cd"),
        ("", "bash"),
    ],
)
def test_a_shell_is_the_program_it_runs(command: str, program: str) -> None:
    expected = program if program == "bash" else f"bash:{program}"
    assert tool_of("bash", {"command": command}) == expected


def test_a_command_may_be_a_list() -> None:
    assert tool_of("shell", {"command": ["bash", "-lc", "cd x && ls -a"]}) == "bash:ls"
    assert tool_of("shell", {"command": ["git", "status"]}) == "bash:git"


@pytest.mark.parametrize(
    ("name", "arguments", "tool"),
    [
        (
            "execute-tool",
            {"server_name": "wiki", "tool_name": "search", "params": {}},
            "wiki/search",
        ),
        ("use_mcp_tool", {"server": "wiki", "tool": "search", "arguments": {}}, "wiki/search"),
        ("call_tool", {"name": "search", "arguments": {"q": "x"}}, "search"),
        ("call_tool", {"name": "not a name", "arguments": {}}, "call_tool"),
        ("call_tool", {"server": "wiki"}, "call_tool"),
        ("call_tool", ["x"], "call_tool"),
        ("configure", {"server": "wiki", "tool": "search"}, "configure"),
        ("bash", {"code": 1}, "bash"),
    ],
)
def test_a_dispatcher_is_the_tool_it_calls(name: str, arguments: Any, tool: str) -> None:
    assert tool_of(name, arguments) == tool


def test_calls_keep_their_order_and_number() -> None:
    rows = [
        {"name": "bash", "raw_arguments": '{"command": "ls"}'},
        {"name": "look"},
        {"name": "bash"},
    ]
    given = tables(calls=calls(*rows, *rows))
    found = with_tool(given.calls, given).collect()
    assert found["tool"].to_list() == ["bash:ls", "look", "bash"] * 2
    assert found.drop("tool").equals(given.calls.collect())


def test_no_calls() -> None:
    given = tables()
    assert with_tool(given.calls, given).collect().schema["tool"] == pl.String


def test_the_arguments_that_a_dispatcher_hands_on() -> None:
    given = {"server": "wiki", "tool": "search", "params": {"q": "x"}}
    assert inner_arguments("call_tool", "wiki/search", given) == {"q": "x"}
    assert inner_arguments("call_tool", "search", {"name": "search", "q": "x"}) == {"q": "x"}
    assert inner_arguments("bash", "bash:ls", {"command": "ls"}) == {"command": "ls"}
    assert inner_arguments("look", "look", given) == given
