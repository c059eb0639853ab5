"""Results that come back within a message of the user.

So do those of calls that were written as text, and with some agents those of native calls as well.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from midspan.pipelines.ingest.content.document import as_text, parse
from midspan.pipelines.ingest.content.message import MODEL_ROLES, Message, ResultPart

_TAGGED: Final = re.compile(
    r"<(tool_response|tool_result|tool_output|function_response|function_result|function_results)>"
    r"\s*(.*?)\s*</\1>",
    re.DOTALL,
)
_OBSERVED: Final = re.compile(r"^observation(?: \d+)?:[ \t]*", re.IGNORECASE | re.MULTILINE)
_GOES_ON: Final = re.compile(
    r"^(?:question|thought|action|final answer)(?: \d+)?:", re.IGNORECASE | re.MULTILINE
)
_TOLD: Final = re.compile(r"\s*observation(?: (?P<number>\d+))?:\s*", re.IGNORECASE)
_REFUSED: Final = re.compile(
    r"(?:Call id: .*\n)?Error:\n(?P<error>Error executing tool '(?P<name>[^']+)'.*?)"
    r"(?:\nPlease try again or use another tool)?(?:\nNow let's retry: .*)?\s*",
    re.DOTALL,
)
"""How smolagents tells of a tool that raised."""
_NAMED: Final = frozenset({"name", "content"})


def results_in_text(messages: Sequence[Message], wanted: int) -> list[str]:
    """Return the results that users' messages after the model's last one hold, in order.

    Tags decide, then ReAct's lines. A ReAct prompt repeats all earlier steps in one message: of
    more observations than `wanted`, the last ones are meant.
    """
    told = list(_after_the_model(messages))
    tagged = [_unnamed(found[2]) for text in told for found in _TAGGED.finditer(text)]
    return tagged or [each for text in told for each in _observations(text)][-wanted:]


def results_observed(messages: Sequence[Message], names: Sequence[str]) -> list[ResultPart]:
    """Return the results of native calls that users' messages after them hold, in order.

    A message that begins with `Observation:` is the result of a single call, to its end; of several
    calls each has a message of its own, numbered from 1. Anything else may be about any of them.
    """
    told = list(_after_the_model(messages))
    found = [match for text in told if (match := _TOLD.match(text))]
    if [match["number"] for match in found] == [str(n) for n in range(1, len(names) + 1)] or (
        len(found) == len(names) == 1 and found[0]["number"] is None
    ):
        return [ResultPart(match.string[match.end() :].strip()) for match in found]
    failed = [match for text in told if (match := _REFUSED.fullmatch(text))]
    if not found and [match["name"] for match in failed] == [*names] and len(names) == 1:
        return [ResultPart(failed[0]["error"], error=True)]
    return []


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
