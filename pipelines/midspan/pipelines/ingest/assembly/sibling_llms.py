"""LLM spans of one call beside each other, as two instrumentors write them that do not nest.

They name no response that both know. What they hold has to agree, and one has to lie within the
other in time: requests that merely run side by side are never taken for one.
"""

from collections.abc import Iterator, Sequence

from midspan.pipelines.ingest.assembly.siblings import contains, siblings
from midspan.pipelines.ingest.assembly.told_results import bare_id
from midspan.pipelines.ingest.assembly.tree import Node, overlap
from midspan.pipelines.ingest.content import read_messages
from midspan.pipelines.ingest.span import Emitted, Span
from midspan.scorers.canonical import canonical_arguments


def sibling_llms(llms: Sequence[Node]) -> Iterator[tuple[Node, Node]]:
    """Yield (kept, other) spans of one LLM call."""
    return siblings(llms, same_request)


def same_request(one: Span, other: Span) -> bool:
    """Return whether two spans that overlap can only be one request, by what they hold."""
    if None not in (one.response_id, other.response_id) and one.response_id != other.response_id:
        return False
    if not overlap(one, other) or not _same_emission(one, other) or _differ(one, other, "text"):
        return False
    if _ids(one) and _ids(one) == _ids(other):
        return True  # a call's id is made for one response
    tokens = [name for name in ("input_tokens", "output_tokens") if _equal(one, other, name)]
    return (
        (contains(one, other) or contains(other, one))
        and same_model(one, other)
        and not _differ(one, other, "input_tokens")
        and not _differ(one, other, "output_tokens")
        and (len(tokens) == 2 or _said_the_same(one, other))
        and asked_the_same(one, other)
    )


def _said_the_same(one: Span, other: Span) -> bool:
    """Return whether what was recorded of both answers, or of both failures, is equal."""
    failed = one.status == other.status == "error"
    # What a client says of a failure is not what came over the wire.
    told = failed and (one.outside != other.outside or _equal(one, other, "error_message"))
    return told or _equal(one, other, "text") or bool(one.emitted and other.emitted)


def _equal(one: Span, other: Span, field: str) -> bool:
    value = getattr(one, field)
    return value is not None and value == getattr(other, field)


def _differ(one: Span, other: Span, field: str) -> bool:
    values = (getattr(one, field), getattr(other, field))
    return None not in values and values[0] != values[1]


def same_model(one: Span, other: Span) -> bool:
    """Return whether a name of one's model begins one of the other's, as dated names do."""
    names, others = (
        [_bare(name) for name in (span.request_model, span.response_model) if name]
        for span in (one, other)
    )
    return (
        not names
        or not others
        or any(a.startswith(b) or b.startswith(a) for a in names for b in others)
    )


def _bare(model: str) -> str:
    """Return a model's name without the provider that routers write before it."""
    return model.rpartition("/")[2]


def _same_emission(one: Span, other: Span) -> bool:
    """Return whether nothing in the emitted calls differs, as far as both recorded them."""
    if one.emitted is None or other.emitted is None:
        return True
    return len(one.emitted) == len(other.emitted) and all(
        map(_same_emitted, one.emitted, other.emitted)
    )


def _same_emitted(one: Emitted, other: Emitted) -> bool:
    if one.id and other.id and bare_id(one.id) != bare_id(other.id):
        return False
    arguments = [_form(call.raw_arguments) for call in (one, other)]
    return one.name == other.name and (None in arguments or arguments[0] == arguments[1])


def _form(raw: str | None) -> str | None:
    return None if raw is None else canonical_arguments(raw) or raw


def _ids(span: Span) -> list[str]:
    ids = [bare_id(call.id) for call in span.emitted or () if call.id]
    return ids if len(ids) == len(span.emitted or ()) else []


def asked_the_same(one: Span, other: Span) -> bool:
    """Return whether both end with the same word of the user, where both end with one."""
    asked = [_last_word(span.input) for span in (one, other)]
    return None in asked or asked[0] == asked[1]


def _last_word(input_: str | None) -> str | None:
    messages = read_messages(input_) if input_ is not None else None
    if not messages or messages[-1].role != "user":
        return None
    return "\n".join(messages[-1].texts()).strip() or None
