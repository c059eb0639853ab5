"""What is kept of an exception, in bounds that cost the agent no noticeable time."""

import traceback
from typing import Final

from midspan.instrumentation.encoding import clean

LONGEST_MESSAGE: Final = 2**16
"""Characters of a message after which it is cut off."""


def bounded(message: str) -> str:
    """Return a message, cut off where it is very long.

    >>> bounded("no such order")
    'no such order'
    """
    if len(message) <= LONGEST_MESSAGE:
        return clean(message)
    return f"{clean(message[:LONGEST_MESSAGE])}... (cut off, {len(message):,} characters in all)"


def stacktrace_of(error: BaseException) -> str:
    """Return the stack trace of an exception; messages in it are cut off as well."""
    lines = traceback.format_exception(error)
    return "".join(f"{bounded(line.removesuffix(chr(10)))}\n" for line in lines)
