"""Calls that an LLM span lost and the span around it kept.

LangChain's instrumentations drop a call whose arguments are no JSON from the LLM span; the graph's
step around it still holds the reply as LangChain has it, malformed call included.
"""

from collections.abc import Iterator
from typing import Any, Final

from midspan.pipelines.ingest.assembly.tree import Tree
from midspan.pipelines.ingest.content import CallPart, read_messages
from midspan.pipelines.ingest.content.document import parse
from midspan.pipelines.ingest.normalise.source import emitted, put_note

KEPT: Final = "invalid_tool_calls"
_STEPS: Final = frozenset({"chain", "other"})


def recover_lost_calls(tree: Tree) -> None:
    """Give LLM spans noted with a lost call the calls that the step right around them kept."""
    for node in tree.nodes:
        span = node.span
        if "lost_call" not in span.notes or span.kind != "llm" or node.around is None:
            continue
        around = node.around.span
        if around.kind not in _STEPS or KEPT not in (around.output or ""):
            continue
        calls = _calls(parse(around.output))
        if calls:
            span.emitted = [emitted(call) for call in calls]
            span.notes.remove("lost_call")
            put_note(span, "rebuilt")


def _calls(document: Any) -> list[CallPart]:
    """Return the calls of the last reply in a step's output that holds malformed ones."""
    replies = list(_replies(document))
    messages = read_messages([{"role": "assistant", **reply} for reply in replies[-1:]])
    return [call for message in messages or [] for call in message.calls()]


def _replies(document: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects that list malformed calls, outermost and first ones first."""
    waiting = [document]
    while waiting:
        item = waiting.pop(0)
        if isinstance(item, dict):
            if isinstance(item.get(KEPT), list) and item[KEPT]:
                yield item
            waiting[:0] = item.values()
        elif isinstance(item, list):
            waiting[:0] = item
