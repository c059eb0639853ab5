"""A conversation with a scripted model over the shop, as lines to read."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.demo.definitions import DEFINITIONS
from midspan.pipelines.demo.models import Models
from midspan.pipelines.demo.repository import revision_folder
from midspan.pipelines.demo.shop import Shop
from midspan.pipelines.demo.tasks import SUITE
from midspan.pipelines.demo.tools import ToolError, Toolset
from midspan.pipelines.demo.wording import Wording

Converse = Callable[..., list[str]]


@pytest.fixture
def make_tools(tmp_path: Path) -> Callable[[str], Toolset]:
    """Return what makes the tools of a revision, in a directory with the shop and its files."""

    def make(revision: str = "v2") -> Toolset:
        directory = Path(tempfile.mkdtemp(dir=tmp_path))
        for name, target in {
            "shop.sql": "shop.sql",
            "returns.md": "notes/returns.md",
            "server.txt": "logs/server.txt",
        }.items():
            file = directory / target
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes((SUITE.parent / "files" / name).read_bytes())
        shop, wording = Shop.open(directory), Wording.of(revision_folder(revision))
        return Toolset(directory=directory, shop=shop, wording=wording)

    return make


@pytest.fixture
def converse(make_tools: Callable[[str], Toolset]) -> Converse:
    """Return what holds a conversation and tells it: `>` a call, `<` its result, `=` the answer."""

    def talk(
        model: str, prompt: str, *, seed: int, revision: str = "v2", turns: int = 8
    ) -> list[str]:
        tools = make_tools(revision)
        lines: list[str] = []
        messages: list[dict[str, Any]] = [{"role": "user", "content": prompt}]
        for _ in range(turns):
            request = {"model": model, "messages": messages, "tools": DEFINITIONS, "seed": seed}
            message = Models().complete(request).body()["choices"][0]["message"]
            messages.append(message)
            if not message.get("tool_calls"):
                return [*lines, f"= {message['content']}"]
            for call in message["tool_calls"]:
                name, arguments = call["function"]["name"], call["function"]["arguments"]
                result = _result(tools, name, arguments)
                lines += [f"> {name} {arguments}", f"< {result}"]
                told = {"role": "tool", "tool_call_id": call["id"], "content": result}
                messages.append(told)
        return lines

    return talk


def _result(tools: Toolset, name: str, arguments: str) -> str:
    try:
        return tools.call(name, json.loads(arguments))
    except ToolError as error:
        return f"Error: {error}"
    except ValueError:
        return "Error: the arguments are not valid JSON"
