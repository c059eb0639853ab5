"""One raw span while dialects read it: what they take is mapped, the rest is kept.

Dialects are asked one after the other, and the first to fill a field of the normalised span wins.
An attribute that no dialect took ends among the unmapped ones, so nothing is lost.
"""

from collections.abc import Collection, Iterator
from typing import Any, Final

from midspan.pipelines.ingest.content import (
    Arguments,
    canonical_messages,
    read_arguments,
    read_result,
)
from midspan.pipelines.ingest.content.document import as_text, parse
from midspan.pipelines.ingest.content.message import (
    CallPart,
    Message,
    ReasoningPart,
    TextPart,
)
from midspan.pipelines.ingest.normalise.finish_reasons import finish_reason
from midspan.pipelines.ingest.normalise.numbers import finite_number, token_count
from midspan.pipelines.ingest.normalise.shape import shape_of
from midspan.pipelines.ingest.raw import RawEvent, RawSpan
from midspan.pipelines.ingest.span import Emitted, Span

SHORTEST_LIMIT: Final = 64
USUAL_LIMITS: Final = frozenset(
    {*(2**n for n in range(6, 18)), *(2**n - 1 for n in range(8, 17))}
    | {100, 250, 500, 1000, 2000, 4000, 5000, 8000, 10_000, 12_000, 16_000, 20_000, 50_000}
)
_LEFT_OUT: Final = frozenset({"truncated", "redacted"})


class Source:
    """The attributes, events and surroundings of a raw span."""

    __slots__ = ("attributes", "events", "name", "resource", "scope", "shape")

    def __init__(self, raw: RawSpan) -> None:
        """Own the attributes of a raw span."""
        self.name = raw.name
        self.events = raw.events
        self.resource = raw.resource
        self.scope = raw.scope
        self.attributes = raw.attributes
        self.shape = shape_of(tuple(raw.attributes))

    def __contains__(self, name: str) -> bool:
        return name in self.attributes

    def has_family(self, *families: str) -> bool:
        """Return whether an attribute begins with one of these first names, as `llm` or `ai`."""
        return not self.shape.families.isdisjoint(families)

    def under(self, prefix: str) -> Iterator[str]:
        """Yield the names of the attributes that begin with a prefix."""
        yield from [name for name in self.attributes if name.startswith(prefix)]

    def events_named(self, *names: str) -> Iterator[RawEvent]:
        """Yield the events of these names."""
        yield from (event for event in self.events if event.name in names)

    def drop_events(self, names: Collection[str]) -> None:
        """Count the events of these names as mapped: what they say stands in the fields."""
        self.events = [event for event in self.events if event.name not in names]

    def is_cut(self, value: Any) -> bool:
        """Return whether a limit on the length of attributes seems to have cut a text off.

        A limit shows in its being shared by several values, or is a usual one.
        """
        if not isinstance(value, str) or len(value) < SHORTEST_LIMIT:
            return False
        if len(value) in USUAL_LIMITS:
            return True
        lengths = [len(each) for each in self.attributes.values() if isinstance(each, str)]
        return lengths.count(len(value)) > 1 and len(value) == max(lengths)

    def peek(self, name: str) -> Any:
        """Return a value and leave it unmapped."""
        return self.attributes.get(name)

    def take(self, name: str) -> Any:
        """Return a value, which then counts as mapped."""
        return self.attributes.pop(name, None)

    def text(self, *names: str) -> str | None:
        """Take the first string that is not empty."""
        for name in names:
            value = self.attributes.get(name)
            if isinstance(value, str) and value:
                del self.attributes[name]
                return value
        return None

    def fill_text(self, span: Span, field: str, *names: str) -> None:
        """Fill a field from the first attribute that is a string and not empty."""
        if getattr(span, field) is None:
            setattr(span, field, self.text(*names))

    def fill_tokens(self, span: Span, field: str, *names: str) -> None:
        """Fill a field from the first attribute that can be a number of tokens."""
        if getattr(span, field) is not None:
            return
        for name in names:
            value = self.attributes.get(name)
            if value is None:
                continue
            number = token_count(value)
            if number is not None:
                del self.attributes[name]
                setattr(span, field, number)
                return

    def fill_number(self, span: Span, field: str, *names: str) -> None:
        """Fill a field from the first attribute that is a finite number."""
        if getattr(span, field) is not None:
            return
        for name in names:
            number = finite_number(self.attributes.get(name))
            if number is not None:
                del self.attributes[name]
                setattr(span, field, number)
                return

    def fill_arguments(self, span: Span, *names: str) -> None:
        """Fill a tool span's raw arguments; a schema in their place is passed over."""
        for name in names:
            if span.input is not None or name not in self.attributes:
                continue
            value = self.attributes[name]
            if self.is_cut(value) and parse(value) is None:
                put_note(span, "truncated")
                continue
            put_arguments(span, value)
            if span.input is not None:
                del self.attributes[name]

    def fill_result(self, span: Span, *names: str) -> None:
        """Fill a tool span's result."""
        for name in names:
            if span.output is None and self.attributes.get(name) is not None:
                put_result(span, self.attributes.pop(name))

    def fill_outcome(self, span: Span, *names: str) -> None:
        """Fill a tool span's result; of a failed one its error message, where none is known."""
        if span.status != "error":
            self.fill_result(span, *names)
        for name in names:
            if span.error_message is None and span.status == "error":
                put_outcome(span, self.take(name))


def put_note(span: Span, note: str) -> None:
    """Add a word of the vocabulary to the span's notes, once."""
    if note not in span.notes:
        span.notes.append(note)


def put_arguments(span: Span, value: Any, *, printed: bool = False) -> None:
    """Set a tool span's raw arguments, unwrapped; `printed` if its producer prints them parsed."""
    arguments = read_arguments(value, printed=printed)
    for note in arguments.notes:
        put_note(span, note)
    span.input = arguments.raw


def put_result(span: Span, value: Any) -> None:
    """Set a tool span's result, unwrapped."""
    result = read_result(value)
    span.output = result.stored()
    span.call_id = span.call_id or result.call_id
    if result.unwrapped:
        put_note(span, "unwrapped")


def put_outcome(span: Span, value: Any) -> None:
    """Set a tool span's result, or its error message where it failed and none is known."""
    if value is None:
        return
    if span.status != "error":
        put_result(span, value)
    elif span.error_message is None:
        span.error_message = read_result(value).text


def put_input(span: Span, messages: list[Message] | None) -> None:
    """Set what an LLM span read, unless it is known."""
    if span.input is None and messages:
        span.input = canonical_messages(messages)


def put_output(span: Span, messages: list[Message] | None) -> None:
    """Set what an LLM span gave back, unless it is known: text, thoughts, calls, finish reason."""
    if messages is None or span.emitted is not None:
        return
    span.output = span.output or canonical_messages(messages)
    said: list[str] = []
    thought: list[str] = []
    span.emitted = []
    for message in messages:
        for part in message.parts:
            if isinstance(part, TextPart):
                said.append(part.text)
            elif isinstance(part, ReasoningPart):
                thought.append(part.text)
            elif isinstance(part, CallPart):
                emission, notes = _emitted(part)
                span.emitted.append(emission)
                for note in notes:
                    put_note(span, note)
        put_finish_reason(span, message.finish_reason)
    span.text = span.text or "\n".join(said) or None
    span.reasoning = span.reasoning or "\n".join(thought) or None


def emitted(call: CallPart) -> Emitted:
    """Return an emitted call for the tables."""
    return _emitted(call)[0]


def _emitted(call: CallPart) -> tuple[Emitted, tuple[str, ...]]:
    arguments = read_arguments(call.raw_arguments)
    if "schema_rejected" in arguments.notes:  # a model may well write a schema as arguments
        arguments = Arguments(call.raw_arguments)
    return Emitted(id=call.id, name=call.name, raw_arguments=arguments.raw), arguments.notes


def put_finish_reason(span: Span, reason: Any) -> None:
    """Set why the model stopped, unless it is known."""
    if span.finish_reason is None:
        span.finish_reason = finish_reason(reason)


def note_lost_call(span: Span) -> None:
    """Note that the model asked for tools and the producer recorded no call."""
    asked = span.kind == "llm" and span.finish_reason == "tool_calls" and not span.emitted
    recorded = span.emitted is not None or span.input is not None
    if asked and recorded and _LEFT_OUT.isdisjoint(span.notes):
        put_note(span, "lost_call")


def put_error(span: Span, *, type_: str | None = None, message: Any = None) -> None:
    """Mark a span as failed by its producer's own channel."""
    span.status = "error"
    span.error_type = span.error_type or type_
    span.error_message = span.error_message or as_text(message) or None
