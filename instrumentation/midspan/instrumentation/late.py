"""Attributes that are made when a span is read, and not while the agent waits.

What an agent hands over may change as soon as the step is over (`messages.append(...)`), so a copy
of it is kept. Pickling is the quickest way to copy plain lists and dictionaries, a fifth of the
time it takes to write them as JSON; what holds other objects than an SDK's is written at once.
"""

import functools
import io
import pickle
import threading
from collections.abc import Callable, Mapping
from typing import Any, Final

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.trace import Span, SpanContext

from midspan.instrumentation.capture.salt import salt_of
from midspan.instrumentation.capture.sieve import Sieve
from midspan.instrumentation.interruptions import let_through
from midspan.instrumentation.losses import recorded

Attributes = dict[str, Any]
Make = Callable[[], Mapping[str, Any]]

LARGEST_COPY: Final = 2**20
"""Bytes of a copy from which on attributes are made at once: copies wait in memory."""
_MOST_MADE: Final = 16
_UNCHANGING: Final = frozenset({type(None), bool, int, float, str})


def nothing() -> Attributes:
    """Return no attributes."""
    return {}


def later(what: str, make: Callable[[Any], Attributes], value: object, sieve: Sieve) -> Make:
    """Return what makes the attributes of a value as the value is now.

    Text that is longer than what is kept is cut already here, one character behind the limit.
    """
    if type(value) in _UNCHANGING and (type(value) is not str or len(value) < LARGEST_COPY):
        return functools.partial(_made, what, make, value)
    try:
        copy = _copied(value)
    except Exception as error:
        let_through(error)
    else:
        if len(copy) < LARGEST_COPY:
            return functools.partial(_made_of_copy, what, make, copy)
    longest = sieve.capture.longest
    made = {name: _cut(text, longest) for name, text in _made(what, make, value).items()}
    return lambda: made


def add_late(span: Span, known: Attributes, makers: list[Make], sieve: Sieve) -> None:
    """Add attributes to a span about to end; they are made, and sieved, once it is read."""
    given = getattr(span, "_attributes", None)
    if isinstance(given, BoundedAttributes) and _has_room(given, len(known)):
        late = _LateAttributes(given, known, makers, sieve, span.get_span_context())
        span._attributes = late  # type: ignore[attr-defined]
    else:
        # Spans of another SDK, and limits of the user's, which count what is there.
        made = dict(given or {}) | known
        for make in makers:
            made |= make()
        span.set_attributes(dict(sieve.attributes(made, salt_of(made, span.get_span_context()))))


def has_passed(span: object, sieve: Sieve) -> bool:
    """Return whether all attributes of a span have passed this sieve."""
    attributes = getattr(span, "_attributes", None)
    return isinstance(attributes, _LateAttributes) and attributes.sieve is sieve


class _LateAttributes(BoundedAttributes):
    """The attributes of a span, of which some are made when any is first asked for.

    Everything that the SDK does to attributes goes by way of `_dict`.
    """

    def __init__(
        self,
        given: BoundedAttributes,
        known: Attributes,
        makers: list[Make],
        sieve: Sieve,
        context: SpanContext,
    ) -> None:
        self.maxlen = given.maxlen
        self.max_value_len = given.max_value_len
        self.dropped = given.dropped
        self._lock = threading.Lock()
        self._immutable = False
        self.sieve = sieve
        self._ready = given._dict
        self._waiting: Callable[[Attributes], Attributes] | None = functools.partial(
            _finished, known, makers, sieve, context
        )

    @property
    def _dict(self) -> Attributes:  # type: ignore[override]
        finish = self._waiting
        if finish is not None:
            # Two threads at once make the same twice.
            self._ready = finish(self._ready)
            self._waiting = None
        return self._ready


def _finished(
    known: Attributes,
    makers: list[Make],
    sieve: Sieve,
    context: SpanContext,
    given: Attributes,
) -> Attributes:
    made = given | known
    for make in makers:
        made |= make()
    # What cannot be looked through is not let through.
    salt = salt_of(made, context)
    return recorded("redaction", lambda: dict(sieve.attributes(made, salt)), nothing())


def _has_room(given: BoundedAttributes, more: int) -> bool:
    fits = given.maxlen is None or len(given) + more + _MOST_MADE <= given.maxlen
    return fits and given.max_value_len is None


def _made(what: str, make: Callable[[Any], Attributes], value: object) -> Attributes:
    return recorded(what, lambda: make(value), nothing())


def _made_of_copy(what: str, make: Callable[[Any], Attributes], copy: bytes) -> Attributes:
    return _made(what, make, pickle.loads(copy))


def _cut(value: Any, longest: int) -> Any:
    return value[: longest + 1] if isinstance(value, str) and len(value) > longest else value


def _copied(value: object) -> bytes:
    stream = io.BytesIO()
    _PlainPickler(stream, pickle.HIGHEST_PROTOCOL).dump(value)
    return stream.getvalue()


class _PlainPickler(pickle.Pickler):
    """Copies what is made of Python's own types, and refuses all else, which would run its code.

    The objects of SDKs become dictionaries, as they would when they are written.
    """

    def reducer_override(self, value: object) -> Any:
        if value is dict:
            return NotImplemented  # copied by its name
        dump = getattr(value, "model_dump", None)
        if callable(dump) and not isinstance(value, type):
            return dict, (dump(mode="json", exclude_none=True),)
        raise TypeError(f"{type(value).__name__} is not copied")
