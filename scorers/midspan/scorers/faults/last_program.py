"""The program whose exit code a shell gives back: the last one that its command runs."""

import json
from functools import lru_cache
from typing import Any, Final

from midspan.scorers.dispatch_names import COMMAND_KEYS

KEYS: Final = (*COMMAND_KEYS, "input")
"""Where the arguments of shells and interpreters hold what they run."""


@lru_cache(maxsize=4096)
def last_program(arguments: str) -> str:
    """Return the last program in the command of a call's arguments; empty: there is none.

    >>> last_program('{"command": ["bash", "-lc", "cd app && grep x log > out 2>&1"]}')
    'grep'
    """
    # The parser takes a while to import, and few results ask for it.
    from midspan.scorers.markers.shell import started

    command = _command(json.loads(arguments))
    programs = [segment for segment in started(command) if segment.program]
    if not programs:
        return ""
    *before, last = programs
    # `find -exec grep`: the exit code is that of find. What it starts is told with its own source.
    finds = (one.program == "find" and one.source == last.source for one in before)
    return "find" if any(finds) else last.program


def _command(arguments: Any) -> str:
    from midspan.scorers.markers.arguments import as_line

    given = arguments if isinstance(arguments, dict) else {}
    for value in (given.get(key) for key in KEYS):
        if isinstance(value, str):
            return value
        if isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            return as_line(value)
    return ""
