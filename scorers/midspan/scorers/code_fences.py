"""What models put JSON and code into that was asked for bare: a fence of backticks."""

import re
from typing import Final

# Every part ends where the next begins: a text of nothing but line ends takes no longer.
_FENCE: Final = re.compile(r"```\w*[^\S\n]*\n(.*?)```", re.DOTALL)


def fenced(text: str) -> str | None:
    r"""Return what stands in the first code fence of a text; None where there is no whole one.

    Example:
        >>> fenced("Here:\n```json\n{}\n```")
        '{}'
    """
    found = _FENCE.search(text)
    return found and found.group(1).strip()
