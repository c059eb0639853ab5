"""What mends a failure that another program only tells in its own words."""

import errno
import signal
from typing import Final

from midspan.pipelines.storage.disk import FIXES

_TOLD: Final = {
    "No space left on device": FIXES[errno.ENOSPC],
    "Disk quota exceeded": FIXES[errno.EDQUOT],
    "File too large": FIXES[errno.EFBIG],
    signal.SIGXFSZ.name: FIXES[errno.EFBIG],
}


def mending(said: str, otherwise: str | None = None) -> str | None:
    """Return what mends what a program said; `otherwise` where its words are not known."""
    return next((fix for cause, fix in _TOLD.items() if cause in said), otherwise)


def ending(code: int) -> str:
    """Return how a program ended, for people.

    >>> ending(2), ending(-25)
    ('ended with 2', 'was ended by SIGXFSZ')
    """
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
