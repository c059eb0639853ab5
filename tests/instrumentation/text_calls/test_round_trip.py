"""Whatever the arguments, a call rendered as a family writes it is read back unchanged."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midspan.instrumentation.text_calls import OfferedTool, find_text_calls
from midspan.instrumentation.text_calls.prose import has_placeholder

# Letters, quotes, brackets and line ends, and no mark of any family. A text such as `<city>` is a
# blank to be filled in: a call with one is documentation, and rightly not found (test_react.py).
TEXT = st.text("abz 0\"'\\{}[]()<>:,;=\n`*|é", min_size=1).filter(
    lambda text: text.strip() != "" and not has_placeholder({"value": text})
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
ARGUMENTS = st.dictionaries(st.sampled_from(["city", "days", "when"]), VALUES, min_size=1)


def hermes(arguments: dict[str, Any]) -> str:
    return f'<tool_call>\n{{"name": "f", "arguments": {json.dumps(arguments)}}}\n</tool_call>'


def mistral(arguments: dict[str, Any]) -> str:
    return f"[TOOL_CALLS]f[ARGS]{json.dumps(arguments)}"


def bare(arguments: dict[str, Any]) -> str:
    return json.dumps({"name": "f", "arguments": arguments}, ensure_ascii=False)


def double_encoded(arguments: dict[str, Any]) -> str:
    return json.dumps({"name": "f", "arguments": json.dumps(arguments)})


def python(arguments: dict[str, Any]) -> str:
    return f"f({', '.join(f'{name}={value!r}' for name, value in arguments.items())})"


def react(arguments: dict[str, Any]) -> str:
    return f"Thought: go\nAction: f\nAction Input: {json.dumps(arguments)}"


@pytest.mark.parametrize("render", [hermes, mistral, bare, double_encoded, python, react])
@given(arguments=ARGUMENTS)
def test_arguments_survive(
    render: Callable[[dict[str, Any]], str], arguments: dict[str, Any]
) -> None:
    schema: dict[str, Any] = {"properties": {name: {} for name in arguments}}
    found = find_text_calls(render(arguments), [OfferedTool(name="f", schema=schema)])

    assert [(call.name, call.arguments) for call in found.calls] == [("f", arguments)]
    assert (found.calls[0].repaired, found.calls[0].flaw) == (False, None)


@given(arguments=ARGUMENTS, data=st.data())
def test_a_cut_call_is_never_taken_for_a_whole_one(
    arguments: dict[str, Any], data: st.DataObject
) -> None:
    text = bare(arguments)
    cut = text[: data.draw(st.integers(0, len(text) - 1))]
    found = find_text_calls(cut, [OfferedTool(name="f")])

    assert all(call.arguments is None or call.repaired or call.flaw for call in found.calls)
