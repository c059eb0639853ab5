"""Exit code 1 of a shell: an answer of grep, or a failure of anything else."""

import json
from typing import Any

import pytest

from midspan.scorers.faults import derive_faults
from midspan.scorers.faults.last_program import last_program
from midspan.scorers.tables import SPANS, TOOLS
from tests.scorers.builders import calls


@pytest.mark.parametrize(
    ("command", "program"),
    [
        ("grep x log", "grep"),
        ("cd app && /usr/bin/grep x log", "grep"),
        ("grep x log > o 2>&1", "grep"),
        ("grep 'a;b|c' log", "grep"),
        ("grep x log | head", "head"),
        ("make; grep x log &", "grep"),
        ('grep "$(make name)" log', "grep"),
        ("timeout 9 bash -c 'grep x log'", "grep"),
        ("find . -exec grep x {} +", "find"),
        (["bash", "-lc", "grep x log"], "grep"),
        (["grep", "a b", "log"], "grep"),
        (["bash", "-lc", "grep x log; pytest -q"], "pytest"),
        ("", ""),
        (["grep", 1], ""),
        (None, ""),
    ],
)
def test_the_program_whose_exit_code_is_given(command: Any, program: str) -> None:
    assert last_program(json.dumps({"command": command})) == program


@pytest.mark.parametrize("key", ["command", "cmd", "script", "command_line", "bash", "input"])
def test_where_arguments_hold_a_command(key: str) -> None:
    assert last_program(json.dumps({"timeout": 9, key: "rg x"})) == "rg"
    assert last_program(json.dumps("rg x")) == ""


@pytest.mark.parametrize(
    ("command", "code", "fault"),
    [
        (["bash", "-lc", "grep x log"], 1, "none"),
        ("grep x log > o 2>&1", 1, "none"),
        ("grep 'a;b' log", 1, "none"),
        ("grep x log; make", 1, "hidden.error"),
        ("grep x log", 2, "hidden.error"),
    ],
)
def test_exit_code_1_of_grep_is_an_answer(command: Any, code: int, fault: str) -> None:
    call = {
        "name": "bash",
        "raw_arguments": json.dumps({"command": command}),
        "result": json.dumps({"exit_code": code, "output": ""}),
    }
    judged = derive_faults(calls(call), SPANS.empty(), TOOLS.empty())
    assert judged["fault"].to_list() == [fault]
