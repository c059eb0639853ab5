"""What was asked of a model, in one form for all APIs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

Json = dict[str, Any]

PARAMETERS: Final = (
    "temperature",
    "top_p",
    "top_k",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "frequency_penalty",
    "presence_penalty",
    "seed",
    "stop",
    "stop_sequences",
    "n",
    "tool_choice",
    "parallel_tool_calls",
    "reasoning_effort",
)
"""Parameters of a request that are kept on its span."""


@dataclass(frozen=True, kw_only=True)
class ToolResult:
    """A result that the model is told, with the id of its call."""

    call_id: str
    result: object
    failed: bool = False


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request; messages as the handlers take them."""

    model: str
    messages: Sequence[Json] = ()
    tools: Sequence[Any] | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    results: Sequence[ToolResult] = ()
    """Those that stand after the model's last word."""
    session: str | None = None
    """What the request itself names as its session."""
    follows: str | None = None
    """The response that it says it goes on from."""
    turns: Sequence[str] = ()
    """What was said so far, each piece as a word that is the same however a client writes it."""


def parameters_of(request: Mapping[str, Any]) -> Json:
    """Return the parameters of a request that are kept."""
    return {name: request[name] for name in PARAMETERS if request.get(name) is not None}


def items_of(value: object) -> list[Json]:
    """Return the objects of a list; none for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def first_message(completion: Mapping[str, Any]) -> Json:
    """Return the message of a completion's first choice; empty where there is none."""
    choices = items_of(completion.get("choices"))
    message = choices[0].get("message") if choices else None
    return message if isinstance(message, dict) else {}


def text_of(value: object) -> str:
    """Return text as it is, "" for anything else."""
    return value if isinstance(value, str) else ""


def texts_of(content: object) -> list[str]:
    """Return the pieces of text in a message's content."""
    if isinstance(content, str):
        return [content]
    return [text_of(item.get("text")) for item in items_of(content)]


def trailing(pairs: Sequence[tuple[bool, Sequence[ToolResult]]]) -> list[ToolResult]:
    """Return the results after the last entry that is the model's, of (is the model's, results)."""
    found: list[ToolResult] = []
    for of_model, results in reversed(pairs):
        if of_model:
            break
        found[:0] = results
    return found


def said_word(role: str, text: str) -> list[str]:
    """Return the word that stands for something said; none for nothing."""
    plain = text.strip()
    return [f"{'model' if role == 'assistant' else 'told'}:{plain}"] if plain else []


def call_word(call_id: object, name: object) -> str:
    """Return the word that stands for a call of the model."""
    return f"model:call {call_id} {name}"
