"""The words of a run, short and safe to print: its question, and what users said on the way."""

import json
from collections.abc import Iterator, MutableMapping
from typing import Any

from midspan.dashboards.terminal.cells import printable
from midspan.scorers.run_view import Run, Turn


def cut(text: str, most: int) -> str:
    """Return text on one line, safe to print; what is left out is counted.

    >>> cut("a" * 12, 10)
    'aaaaaaaaaa... (12 characters)'
    """
    # Only so much is looked at: a result may be a whole file.
    head = printable(text[: 4 * most])
    if len(head) <= most and len(text) <= 4 * most:
        return head
    return f"{head[:most]}... ({len(text):,} characters)"


def asked(run: Run) -> str | None:
    """Return what the run began with, as its root span or its first LLM call tells it.

    The input of a tool is no question: where agents record no span, a tool may be the root.
    """
    root_id = run.row["root_span_id"]
    tool = any(span["span_id"] == root_id and span["kind"] == "tool" for span in run.spans)
    root = None if tool else run.words.get(root_id, {}).get("input")
    first = run.words.get(run.turns[0].span_id, {}).get("input") if run.turns else None
    for told in (root, first):
        if told:
            messages = user_messages(told)
            if messages is None:
                return str(told)
            if messages:
                return messages[0]
    return None


def new_messages(run: Run, turn: Turn, seen: MutableMapping[str | None, int]) -> Iterator[str]:
    """Yield what a user said since the turn before; `seen` counts what was told, by agent.

    What the run was asked at first is told at its head, and not again.
    """
    agent = turn.row["agent"]
    messages = user_messages(run.words.get(turn.span_id, {}).get("input") or "") or []
    if agent in seen:
        yield from messages[seen[agent] :]
    seen[agent] = max(seen.get(agent, 0), len(messages))


def user_messages(told: str) -> list[str] | None:
    """Return the texts that users wrote in a list of messages; None where it is no such list."""
    if not told.lstrip().startswith("["):
        return None
    try:
        messages = json.loads(told)
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(message, dict) and "role" in message for message in messages):
        return None
    users = [_text(message) for message in messages if message["role"] in ("user", "human")]
    return [text for text in users if text]


def _text(message: dict[str, Any]) -> str:
    content = message.get("parts") or message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("content") or part.get("text") for part in parts if isinstance(part, dict)]
    return "\n".join(text for text in texts if isinstance(text, str))
