"""What the detector gives back: the calls in one message, and whether they can be made for real."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

TextForm = Literal["tag", "fenced", "python", "react", "other"]


@dataclass(frozen=True, kw_only=True)
class TextCall:
    """One call as the text gives it.

    `raw_arguments` is the JSON as written; where the form is not JSON (Python, XML-like
    parameters) it is the same arguments as JSON, and where they cannot be read, the text itself.
    `flaw` says why they cannot be used although something was read.
    """

    name: str
    """As written, without a namespace such as `functions.`; empty where none could be read."""
    raw_arguments: str | None
    arguments: Mapping[str, Any] | None = None
    repaired: bool = False
    """Brackets at the end were missing, and the arguments were read with them appended."""
    flaw: str | None = None

    def with_flaw(self, flaw: str) -> "TextCall":
        """The call with a flaw, unless it has one already."""
        return self if self.flaw else replace(self, flaw=flaw)


@dataclass(frozen=True, kw_only=True)
class TextCalls:
    """The calls of one message in the order they stand in it; `form` is None where there is none.

    `reason` says why the calls cannot be translated into native ones, `rest` is the message
    without them.
    """

    form: TextForm | None = None
    calls: tuple[TextCall, ...] = ()
    translatable: bool = False
    reason: str | None = None
    rest: str = ""

    def __bool__(self) -> bool:
        return self.form is not None


@dataclass(frozen=True, kw_only=True)
class Match:
    """Calls that one family of forms recognised, before they are compared with the tools."""

    form: TextForm
    calls: tuple[TextCall, ...]
    rest: str = ""
    doubt: str | None = None
    """Why these calls should not be made, whatever their arguments."""
