"""Results of calls that were written as text: they come back within a message of the user."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from midspan.pipelines.ingest.content.document import as_text, parse
from midspan.pipelines.ingest.content.message import MODEL_ROLES, Message

_TAGGED: Final = re.compile(
    r"<(tool_response|tool_result|tool_output|function_response|function_result|function_results)>"
    r"\s*(.*?)\s*</\1>",
    re.DOTALL,
)
_OBSERVED: Final = re.compile(r"^observation(?: \d+)?:[ \t]*", re.IGNORECASE | re.MULTILINE)
_GOES_ON: Final = re.compile(
    r"^(?:question|thought|action|final answer)(?: \d+)?:", re.IGNORECASE | re.MULTILINE
)
_NAMED: Final = frozenset({"name", "content"})


def results_in_text(messages: Sequence[Message], wanted: int) -> list[str]:
    """Return the results that users' messages after the model's last one hold, in order.

    Tags decide, then ReAct's lines. A ReAct prompt repeats all earlier steps in one message: of
    more observations than `wanted`, the last ones are meant.
    """
    told = list(_after_the_model(messages))
    tagged = [_unnamed(found[2]) for text in told for found in _TAGGED.finditer(text)]
    return tagged or [each for text in told for each in _observations(text)][-wanted:]


def _after_the_model(messages: Sequence[Message]) -> Iterator[str]:
    last = max((n for n, each in enumerate(messages) if each.role in MODEL_ROLES), default=-1)
    for message in messages[last + 1 :]:
        if message.role == "user":
            yield from message.texts()


def _observations(text: str) -> Iterator[str]:
    for each in _OBSERVED.split(text)[1:]:
        yield _GOES_ON.split(each, maxsplit=1)[0].strip()


def _unnamed(written: str) -> str:
    """Return a result without the object that names its tool beside it."""
    document = parse(written)
    if isinstance(document, dict) and document.keys() == _NAMED:
        return as_text(document["content"]) or ""
    return written
