"""Results that no tool span holds, read from what the model was told next.

Where only LLM calls are instrumented, a call's result stands in the input of the LLM call after it.
Results are joined by call id, else by order; who was told is the next LLM call of the same agent.
What was called in text is answered in text, where nobody translated it; some agents answer native
calls so as well.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from midspan.pipelines.ingest.content import ResultPart, read_messages, trailing_results
from midspan.pipelines.ingest.content.results import Result
from midspan.pipelines.ingest.content.told_text import results_in_text, results_observed
from midspan.pipelines.ingest.span import Emitted, Span


class Told(NamedTuple):
    """A result as the model was told it, and whether it was joined by order alone."""

    text: str | None
    positional: bool


def results_told(calls: Sequence[Emitted], after: Span, *, as_text: bool) -> Mapping[int, Told]:
    """Return position in the emission -> result, from the LLM call after it.

    `as_text` where the calls were written as text.
    """
    if after.input is None:
        return {}
    messages = read_messages(after.input) or []
    results = trailing_results(messages)
    if not results:
        results = (
            [ResultPart(text) for text in results_in_text(messages, len(calls))]
            if as_text
            else results_observed(messages, [call.name for call in calls])
        )
    by_id = {bare_id(result.id): result for result in results if result.id}
    found: dict[int, Told] = {}
    for position, call in enumerate(calls):
        result = by_id.get(bare_id(call.id)) if call.id else None
        if result is not None:
            results.remove(result)
            found[position] = Told(_stored(result), positional=False)
    open_ = [position for position in range(len(calls)) if position not in found]
    if len(results) == len(open_):
        for position, result in zip(open_, results, strict=True):
            found[position] = Told(_stored(result), positional=True)
    return {position: told for position, told in found.items() if told.text is not None}


def bare_id(id_: str) -> str:
    """Return a call id without the prefix that tells a function call's item from its call."""
    return id_.removeprefix("fc_")


def _stored(result: ResultPart) -> str | None:
    return Result(result.text, result.error).stored()
