"""What a watch outlives: refusals of the disk and of the system that may be over a moment later."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

from midspan.scorers.errors import SurroundingsError

PASSING: Final = frozenset(
    {
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EIO,
        errno.EROFS,
        errno.EAGAIN,
        errno.ENOMEM,
        errno.ESTALE,
        errno.ETIMEDOUT,
    }
)
"""Kinds of refusal that somebody may mend meanwhile; others end the watch."""


class Troubles:
    """What is refused now, by what it keeps from being done; each is told once."""

    def __init__(self) -> None:
        """All is well."""
        self._now: dict[str, str] = {}

    @property
    def told(self) -> list[str]:
        """Return what is wrong, in words."""
        return [f"{what}: {why}" for what, why in self._now.items()]

    @contextmanager
    def borne(self, what: str) -> Iterator[None]:
        """Outlive a refusal, which says so on stderr unless it did the time before."""
        try:
            yield
        except (OSError, SurroundingsError) as error:
            if not may_pass(error):
                raise
            self.refused(what, reason_of(error))
        else:
            self.over(what)

    def refused(self, what: str, why: str) -> None:
        """Take note of a refusal, and say so on stderr unless that was done the time before."""
        if what not in self._now:
            click.echo(f"{what}: {why}: it is tried again", err=True)
        self._now[what] = why

    def over(self, what: str) -> None:
        """Take note that something can be done again, and say so where it was refused."""
        if self._now.pop(what, None) is not None:
            click.echo(f"{what}: that is over", err=True)


def may_pass(error: Exception) -> bool:
    """Return whether an error is a refusal that may be over a moment later."""
    if isinstance(error, OSError):
        return error.errno in PASSING
    return isinstance(error, SurroundingsError)


def reason_of(error: Exception) -> str:
    """Return why something was refused; the fix of an error is for a command that has ended.

    >>> reason_of(SurroundingsError("/disk: No space left", fix="Make room."))
    '/disk: No space left'
    """
    return error.strerror or str(error) if isinstance(error, OSError) else str(error.args[0])
