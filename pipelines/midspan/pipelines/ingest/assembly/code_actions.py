"""Steps of agents that act by writing code: each is a call of `python`, its exception the fault.

smolagents' CodeAgent records a CHAIN span `Step n` around the LLM call that wrote the code. The
tools that the code called stand below it as calls of their own.
"""

import re
from typing import Final

from midspan.pipelines.ingest.assembly.tree import Node, Tree
from midspan.pipelines.ingest.content.document import encode, parse
from midspan.pipelines.ingest.span import Emitted, Span

PYTHON: Final = "python"
CODE_ID: Final = "code:"
"""Begins the ids that join an action to the LLM call which wrote it; producers give none."""

_STEP: Final = re.compile(r"Step \d+")
_MEMORY_STEP: Final = "ActionStep("
_RAN_CODE: Final = ("Execution logs:", "Code execution failed", "Code parsing failed")
_CODE: Final = re.compile(
    r"<code>\s*(?P<tagged>.*?)\s*</code>|```(?:py|python)?\n(?P<fenced>.*?)\n?```", re.DOTALL
)


def mark_code_actions(tree: Tree) -> None:
    """Turn the steps that ran code into tool spans, and give their LLM spans the emission."""
    steps = [node for node in tree.nodes if _is_step(node.span)]
    if not steps:
        return
    wrote = _wrote(tree)
    for node in steps:
        step, llm = node.span, wrote.get(node)
        if llm is None:
            continue
        code = _code_in(llm.text or "")
        if code is None and _ran_code(step):
            code = llm.text
        if code is not None:
            id_, arguments = f"{CODE_ID}{step.span_id}", encode({"code": code})
            llm.emitted = [Emitted(id=id_, name=PYTHON, raw_arguments=arguments)]
            step.kind, step.tool_name, step.call_id = "tool", PYTHON, id_
            step.input = arguments


def _wrote(tree: Tree) -> dict[Node, Span]:
    """Return by the nearest span around it that is none the first LLM span without calls."""
    outside: dict[Node, Node | None] = {}
    for node in tree.outer_first:
        around = node.around
        within = around is not None and around.span.kind == "llm"
        outside[node] = outside[around] if around is not None and within else around
    found: dict[Node, Span] = {}
    for node in tree.nodes:
        around = outside[node]
        if around is not None and node.span.kind == "llm" and not node.span.emitted:
            found.setdefault(around, node.span)
    return found


def _is_step(span: Span) -> bool:
    return (
        span.kind == "chain"
        and _STEP.fullmatch(span.name) is not None
        and _MEMORY_STEP in (span.input or "")
    )


def _ran_code(step: Span) -> bool:
    said = (step.output or "").lstrip(), (step.error_message or "").lstrip()
    return any(text.startswith(_RAN_CODE) for text in said)


def _code_in(text: str) -> str | None:
    match = _CODE.search(text)
    if match is not None:
        return match["tagged"] if match["tagged"] is not None else match["fenced"]
    document = parse(text)
    code = document.get("code") if isinstance(document, dict) else None
    return code if isinstance(code, str) else None
