"""Examples without a key, one after another, each with the model it names itself."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.agents import environments
from tests.agents.conversations import Conversations
from tests.agents.running import ADDED, as_it_was, run
from tests.agents.script import ANSWER, CODER_FAILS, FAILS, turn_of

README = (environments.EXAMPLES / "README.md").read_text()

USER = {"role": "user", "content": "How much?"}
MARKED = {"role": "user", "content": [{"type": "text", "text": "How much?", "cache_control": {}}]}
OTHER = {"role": "user", "content": "How far?"}
ASSISTANT = {"role": "assistant", "content": "Let me look."}
RESULT = {"role": "tool", "content": "39"}
CALLED = {"type": "function_call", "name": "look", "arguments": "{}"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param([[USER], [USER, ASSISTANT, RESULT]], [0, 1], id="goes on"),
        pytest.param([[USER], [USER, CALLED], [USER]], [0, 1, 0], id="begins anew"),
        pytest.param([[USER], [OTHER], [USER, ASSISTANT], [OTHER, CALLED]], [0, 0, 1, 1], id="two"),
        pytest.param([[MARKED], [USER, ASSISTANT]], [0, 1], id="a mark moved on"),
        pytest.param([[USER], [USER, ASSISTANT], [USER, ASSISTANT]], [0, 1, 2], id="nothing kept"),
        pytest.param(["How much?", [{"content": "How much?"}, CALLED]], [0, 1], id="text alone"),
    ],
)
def test_turns_are_counted_in_each_conversation(asked: Sequence[Any], said: list[int]) -> None:
    chat, responses = Conversations(), Conversations()
    assert [chat.said({"messages": messages}) for messages in asked] == said
    assert [responses.said({"input": messages}) for messages in asked] == said


def test_an_unknown_model_is_careful_and_codes_where_it_has_no_tools() -> None:
    assert turn_of("gpt-4.1-mini", 0, tools=["lookup_order"]) == FAILS
    assert turn_of("gpt-4.1-mini", 0, tools=[]) == CODER_FAILS


def test_what_the_readme_filters_out_is_what_was_added() -> None:
    (pattern,) = re.findall(r"`grep -v '(.+)'`", README)
    for name in environments.ENVIRONMENTS:
        script = environments.EXAMPLES / f"{name}.py"
        filtered = subprocess.run(
            ["grep", "-v", pattern, str(script)], check=True, capture_output=True, text=True
        ).stdout
        assert filtered == as_it_was(name)
        assert ADDED in script.read_text()
        compile(filtered, str(script), "exec")


def test_an_example_that_is_none_is_said_with_those_there_are() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.agents.example", "openai"],
        cwd=environments.ROOT,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 2
    assert "no example 'openai'; there are\n  openai_sdk\n" in ran.stderr


@pytest.mark.timeout(400)
def test_an_example_runs_twice_with_the_model_it_names(
    example: str, url: str, tmp_path: Path
) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        ran = run(example, None, tmp_path / name, url)
        assert ran.last_line == ANSWER
        assert ran.read().runs["turns"].to_list() == [4]
