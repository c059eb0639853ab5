"""Names in the form that labels of jobs have."""

import hashlib
import re
from typing import Final

LONGEST: Final = 100
_DIGITS: Final = 8


def label(text: str) -> str:
    """Return a text as the Hub takes it: letters, digits, - and _, 100 of them at most.

    >>> label("Qwen/Qwen3-14B"), label("v5.9.0"), label("")
    ('Qwen-Qwen3-14B', 'v5-9-0', 'none')
    """
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-") or "none"
    if len(plain) <= LONGEST:
        return plain
    digest = hashlib.blake2b(text.encode(), digest_size=_DIGITS // 2).hexdigest()
    return f"{plain[: LONGEST - _DIGITS - 1]}-{digest}"
