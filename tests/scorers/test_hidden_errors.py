"""Results whose words tell of a failure, in the wrappings that they come in."""

import json

import pytest

from midspan.scorers.faults import derive_faults
from midspan.scorers.faults.hidden import HiddenErrors
from midspan.scorers.tables import SPANS, TOOLS
from tests.scorers.builders import calls


def printed(text: str, *, error: bool = False, named: bool = False) -> str:
    """MCP's result as Python prints it: with `str`, or with `repr` where named."""
    content = f"[TextContent(type='text', text={text!r}, annotations=None, meta=None)]"
    fields = ["meta=None", f"content={content}", "structuredContent=None", f"isError={error}"]
    return f"CallToolResult({', '.join(fields)})" if named else " ".join(fields)


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    ("text", "error", "rule"),
    [
        ("no such order", True, "hidden.error/flag"),
        ("Failed to fetch the page", False, "hidden.error/failed_to"),
        ('{"error": "it\'s \\"closed\\""}', False, "hidden.error/error"),
        ('{\n "isError": true, "content": []}', False, "hidden.error/flag"),
        ("Input validation error: 'q' is required", False, "model.bad_arguments/validation"),
    ],
)
def test_a_printed_mcp_result(named: bool, text: str, error: bool, rule: str) -> None:
    result = printed(text, error=error, named=named)
    found = HiddenErrors().find(result)
    assert found is not None
    assert found.rule == rule
    judged = derive_faults(calls({"result": result}), SPANS.empty(), TOOLS.empty())
    assert judged["fault_rule"].to_list() == [rule]


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("text", ["4 slides", '{"error": null, "isError": false}', "content=[x]"])
def test_a_printed_mcp_result_that_is_none(named: bool, text: str) -> None:
    assert HiddenErrors().find(printed(text, named=named)) is None


def test_a_dispatcher_that_hands_on_a_result_within_a_result() -> None:
    inner = {"_meta": None, "content": [{"type": "text", "text": '{"error": "none loaded"}'}]}
    found = HiddenErrors().find(printed(json.dumps(inner)))
    assert found is not None
    assert (found.rule, found.text) == ("hidden.error/error", "none loaded")


def test_a_printed_result_that_was_cut() -> None:
    cut = printed("Failed to fetch the page " * 9, error=False)[:120]
    assert HiddenErrors().find(cut) is None
