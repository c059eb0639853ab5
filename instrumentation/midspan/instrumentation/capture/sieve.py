"""Lets through of attributes what may be kept."""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from fnmatch import translate
from typing import Any, Final, NamedTuple

from midspan.instrumentation import conventions
from midspan.instrumentation.capture.content import is_content, is_content_of_event, outline
from midspan.instrumentation.capture.settings import Capture
from midspan.instrumentation.redaction import Redaction
from midspan.instrumentation.redaction.named import tells_a_secret

Attributes = Mapping[str, Any]

_WITHOUT_SECRETS: Final = (
    *(conventions.RUN_ID, conventions.SPANS_LOST, conventions.TRUNCATED),
    *("gen_ai.operation.name", "openinference.span.kind"),
)
_MOST_NAMES: Final = 10_000
_GONE: Final = object()


class Sieve:
    """Takes out of attributes what a `Capture` does not let through; the given ones stay."""

    def __init__(self, capture: Capture) -> None:
        """Keep what is let through."""
        self.capture: Final = capture
        self.redaction: Final = (
            Redaction(emails=capture.emails, patterns=capture.patterns) if capture.redact else None
        )
        self._left_out = _any_of(capture.leave_out)
        self._untouched = _any_of((*_WITHOUT_SECRETS, *capture.untouched))
        self._rules: dict[str, _Rule] = {}

    def attributes(self, attributes: Attributes, salt: str) -> Attributes:
        """Return what may be kept; the same mapping where all of it may.

        The salt makes placeholders alike in one run and different in others.
        """
        longest = self.capture.longest
        changes: dict[str, Any] = {}
        cut: list[str] = []
        for name, value in attributes.items():
            rule = self._rules.get(name) or self._rule(name)
            kept = value
            if rule.content:
                kept = outline(name, value) if rule.outlined else None
            if type(kept) is str and len(kept) > longest:
                kept = kept[:longest]
                cut.append(name)
            if rule.redacted:
                kept = self._cleaned(kept, salt) if rule.named is None else rule.named(kept, salt)
            if rule.left_out or (kept is None and rule.content):
                kept = _GONE
            if kept is not value:
                changes[name] = kept
        if not changes:
            return attributes
        if cut:
            changes[conventions.TRUNCATED] = tuple(cut)
        merged = dict(attributes) | changes
        return {name: value for name, value in merged.items() if value is not _GONE}

    def event(self, event: str, attributes: Attributes, salt: str) -> Attributes:
        """Return what may be kept of the attributes of an event."""
        if self.capture.content != "full":
            kept = {n: v for n, v in attributes.items() if not is_content_of_event(event, n)}
            attributes = attributes if len(kept) == len(attributes) else kept
        return self.attributes(attributes, salt)

    def text(self, text: str, salt: str) -> str:
        """Return a text without secrets."""
        return self.redaction.text(text, salt) if self.redaction else text

    def _rule(self, name: str) -> "_Rule":
        content = self.capture.content != "full" and is_content(name)
        redacted = self.redaction is not None and not (
            self._untouched is not None and self._untouched.match(name)
        )
        rule = _Rule(
            left_out=self._left_out is not None and bool(self._left_out.match(name)),
            content=content,
            outlined=self.capture.content == "metadata",
            redacted=redacted,
            named=functools.partial(self.redaction.named, name)
            if redacted and self.redaction is not None and tells_a_secret(name)
            else None,
        )
        # Instrumentation that makes names of its own for ever must not fill the memory.
        if len(self._rules) < _MOST_NAMES:
            self._rules[name] = rule
        return rule

    def _cleaned(self, value: Any, salt: str) -> Any:
        if isinstance(value, str):
            return self.text(value, salt)
        if isinstance(value, int | float | bytes) or value is None:
            return value
        if isinstance(value, Mapping):
            return self.redaction(value, salt) if self.redaction else value
        if isinstance(value, Sequence):
            cleaned = tuple(self._cleaned(item, salt) for item in value)
            same = all(one is other for one, other in zip(cleaned, value, strict=True))
            return value if same else cleaned
        return value


class _Rule(NamedTuple):
    """What is done with attributes of one name."""

    left_out: bool
    content: bool
    outlined: bool
    redacted: bool
    named: Callable[[Any, str], Any] | None
    """What takes out the whole of it, where the name tells a secret."""


def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    return re.compile("|".join(map(translate, patterns))) if patterns else None
