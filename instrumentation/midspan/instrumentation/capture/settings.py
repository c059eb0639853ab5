"""How much of an agent's content is kept, from arguments of `setup` or from the environment."""

import logging
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, Self, TypeVar, get_args

from midspan.instrumentation import environment
from midspan.instrumentation.interruptions import let_through
from midspan.instrumentation.switches import OFF, ON

logger = logging.getLogger(__name__)

Content = Literal["full", "metadata", "none"]
ValueT = TypeVar("ValueT")

LONGEST: Final = 4 * 2**20
_OFF: Final = frozenset({"false", "0", "no_content", "event_only"})


@dataclass(frozen=True, kw_only=True)
class Capture:
    """What is kept of messages, arguments, results and answers, and what is taken out.

    Attributes:
        content: `full`; `metadata`, which says who spoke, which tools were called and why the model
            stopped, but not a word of it; or `none`.
        redact: Replace keys, tokens and passwords by placeholders.
        emails: Replace addresses of email, too.
        patterns: Further secrets: a regular expression for each kind.
        untouched: Attributes in which nothing is replaced: names, or patterns such as `gen_ai.*`.
        leave_out: Attributes that are not kept at all: names, or patterns.
        longest: Characters of an attribute after which it is cut off, and the span marked.
    """

    content: Content = "full"
    redact: bool = True
    emails: bool = False
    patterns: Mapping[str, str] = field(default_factory=dict)
    untouched: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()
    longest: int = LONGEST

    def __post_init__(self) -> None:
        """Refuse what means nothing, and lists that are one text."""
        if self.content not in get_args(Content):
            known = ", ".join(get_args(Content))
            raise ValueError(f"content is one of {known}, not {self.content!r}")
        if self.longest < 1:
            raise ValueError(f"longest is a number of characters, not {self.longest!r}")
        for kind, pattern in self.patterns.items():
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(
                    f"the pattern {kind!r} is no regular expression: {error}"
                ) from error
        for name in ("untouched", "leave_out"):
            given: Any = getattr(self, name)
            object.__setattr__(self, name, (given,) if isinstance(given, str) else tuple(given))

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Self:
        """Return what the environment asks for; what cannot be understood is said and left out."""
        asked = cls(content=_content(variables))
        told = variables.get(environment.REDACT, "").strip().lower()
        words = {word.strip() for word in told.split(",")} - {""}
        if unknown := sorted(words - ON - OFF - {"emails"}):
            said = "%s is on, off or emails, not %r: that is left out"
            logger.warning(said, environment.REDACT, unknown[0])
        asked = replace(asked, redact=not words & OFF, emails="emails" in words)
        readers: dict[str, tuple[str, Callable[[str], object]]] = {
            environment.REDACT_PATTERNS: ("patterns", _patterns),
            environment.UNTOUCHED: ("untouched", _names),
            environment.LEAVE_OUT: ("leave_out", _names),
            environment.LONGEST: ("longest", int),
        }
        for variable, (name, read) in readers.items():
            if text := variables.get(variable):
                asked = asked._with(variable, name, text, read)
        return asked

    def environment(self) -> dict[str, str]:
        """Return the variables that have a child process keep the same."""
        redact = ",".join(["on" if self.redact else "off", *(["emails"] if self.emails else [])])
        told = {
            environment.CONTENT: self.content,
            environment.REDACT: redact,
            environment.REDACT_PATTERNS: "\n".join(f"{k}={p}" for k, p in self.patterns.items()),
            environment.UNTOUCHED: ",".join(self.untouched),
            environment.LEAVE_OUT: ",".join(self.leave_out),
            environment.LONGEST: str(self.longest),
        }
        return {name: text for name, text in told.items() if text}

    def _with(self, variable: str, name: str, text: str, read: Callable[[str], object]) -> Self:
        change: dict[str, Any]
        try:
            change = {name: read(text)}
            return replace(self, **change)
        except ValueError as error:
            let_through(error)
            logger.warning("%s is left out: %s", variable, error)
            return self


def _content(variables: Mapping[str, str]) -> Content:
    own = variables.get(environment.CONTENT, "").strip().lower()
    for level in get_args(Content):
        if own == level:
            return level  # type: ignore[no-any-return]
    if own:
        logger.warning(
            "%s is one of %s, not %r: nothing is kept",
            environment.CONTENT,
            ", ".join(get_args(Content)),
            own,
        )
        return "none"
    standard = variables.get(environment.CAPTURE_CONTENT, "true").strip().lower()
    return "none" if standard in _OFF else "full"


def _patterns(text: str) -> dict[str, str]:
    pairs = [line.partition("=") for line in text.splitlines() if line.strip()]
    if wrong := [kind for kind, sign, pattern in pairs if not (sign and pattern)]:
        raise ValueError(f"a line is KIND=PATTERN, not {wrong[0]!r}")
    return {kind.strip(): pattern for kind, _, pattern in pairs}


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if wrong := [name for name in names if "[" in name and "]" not in name]:
        raise ValueError(f"a bracket of {wrong[0]!r} is not closed")
    return names
