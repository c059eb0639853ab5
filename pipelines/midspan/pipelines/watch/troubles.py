"""What a watch outlives: refusals of the disk and of the system that may be over a moment later."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import click

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
        except OSError as error:
            if error.errno not in PASSING:
                raise
            if what not in self._now:
                click.echo(f"{what}: {error.strerror}: it is tried again", err=True)
            self._now[what] = error.strerror or str(error)
        else:
            self._now.pop(what, None)
