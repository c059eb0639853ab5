"""Standard output and error as a command can rely on them: open, and able to hold any text."""

import codecs
import io
import os
import re
import select
import sys
from contextlib import suppress
from typing import Final, TextIO

ESCAPED: Final = "midspan-escaped"
"""How characters are written that the encoding of a stream has not: as JSON and Python do."""

DRIVING: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line feed, and what turns the direction of text."""


def make_usable() -> None:
    """Open what the caller has closed, and let every stream take every text.

    Without this a closed descriptor would be given to the first file that is opened, a table could
    not be printed where `PYTHONIOENCODING=latin-1` is set, and nobody to read the notes would end
    a command with the wrong exit code.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    codecs.register_error(ESCAPED, escaped)
    if sys.stdout is None:
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115 - open as long as the process
    if sys.stderr is None or sys.stderr is sys.__stderr__:
        sys.stderr = _Notes(sys.stderr)
    for stream in (sys.stdout, sys.stderr):
        # A choice that takes any text already is the user's.
        if isinstance(stream, io.TextIOWrapper) and stream.errors in {"strict", "surrogateescape"}:
            stream.reconfigure(errors=ESCAPED)


def flush_rows() -> OSError | None:
    """Return why the rest of standard output could not be written; a reader who left is no reason.

    The interpreter would find out as it ends, and then end with 120 and a traceback.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        drop_rows()
        return None if isinstance(error, BrokenPipeError) else error
    return None


def drop_rows() -> None:
    """Send the rest of standard output nowhere."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def reader_left() -> bool:
    """Return whether nobody reads standard output any more (`| head`)."""
    try:
        poll = select.poll()
        poll.register(sys.stdout.fileno(), 0)
    except (AttributeError, OSError, ValueError):
        return True
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0))


def escaped(error: UnicodeError) -> tuple[str, int]:
    r"""Return what stands for characters that an encoding has not: `\u2026` for an ellipsis."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2)), error.end


def visible(text: str) -> str:
    r"""Return the text with what could drive a terminal as escapes; its lines stay.

    >>> print(visible("a\x1b[31mred\nb\u202e"))
    a\u001b[31mred
    b\u202e
    """
    return DRIVING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class _Notes(io.TextIOWrapper):
    """Standard error; that nobody can read it changes nothing else."""

    def __init__(self, replaced: TextIO | None) -> None:
        super().__init__(
            io.FileIO(2, "w", closefd=False),  # unbuffered, as with -u
            encoding=replaced.encoding if replaced else "utf-8",
            errors=replaced.errors if replaced else ESCAPED,
            write_through=True,
        )

    def write(self, text: str) -> int:
        with suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            super().flush()
