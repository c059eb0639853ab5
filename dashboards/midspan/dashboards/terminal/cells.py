"""Values as a person reads them in a table cell."""

from typing import Any, Final

from rich.text import Text

NOTHING: Final = "·"
"""Shown for null: unknown or not applicable, and never to be read as zero."""

_LONGEST: Final = 1000
"""Characters of a value that are looked at: no line of a terminal holds more."""


def plain(value: Any) -> str:
    """Return a value as short plain text, safe to print whatever an agent put in it."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        return ", ".join(plain(item) for item in value) or NOTHING
    return printable(str(value)[:_LONGEST])


def printable(text: str) -> str:
    """Return text on one line without control characters: they could drive the terminal.

    >>> printable("a\\x1b[31mred\\nb")
    'a[31mred b'
    """
    spaced = " ".join(text.split())
    return "".join(character for character in spaced if character.isprintable())


def counted(count: int, what: str) -> str:
    """Return how many there are of what.

    >>> counted(1, "run"), counted(1200, "run")
    ('1 run', '1,200 runs')
    """
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def number(value: float) -> str:
    """Return a number with as many digits as say something.

    >>> number(0.123456), number(12.0), number(48210.4)
    ('0.123', '12', '48,210')
    """
    if value.is_integer() or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 1 else f"{value:,.2f}"


def percent(value: float | None) -> str:
    """Return a share as a percentage; only all is 100 %, only none is 0 %.

    >>> percent(0.5), percent(0.998), percent(1.0), percent(0.001)
    ('50 %', '> 99 %', '100 %', '< 1 %')
    """
    if value is None:
        return NOTHING
    if 0 < value < 0.01:
        return "< 1 %"
    if 0.99 < value < 1:
        return "> 99 %"
    return f"{100 * value:.0f} %"


def bar(share: float | None, width: int = 10) -> Text:
    """Return a share as a bar; what is not known is no bar at all."""
    if share is None:
        return Text(NOTHING, style="dim")
    filled = round(share * width)
    return Text("█" * filled, style="cyan") + Text("░" * (width - filled), style="dim")
