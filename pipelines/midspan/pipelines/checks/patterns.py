"""Whether a pattern is found in a text that an agent wrote."""

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from midspan.pipelines.checks.processes import run_process
from midspan.pipelines.checks.verdict import CannotCheckError

SECONDS: Final = 10.0

_SEARCH: Final = """
import json, re, sys, warnings
warnings.simplefilter("ignore")
pattern, text = json.load(sys.stdin)
print(re.search(pattern, text) is not None)
"""


def is_found(pattern: str, text: str) -> bool:
    """Return whether Python's `re` finds the pattern.

    In a process of its own: on the wrong text a pattern may search for years, and a search cannot
    be stopped from within.
    """
    with TemporaryDirectory(prefix="midspan-") as directory:
        ended = run_process(
            [sys.executable, "-I", "-S", "-c", _SEARCH],
            directory=Path(directory),
            seconds=SECONDS,
            stdin=json.dumps([pattern, text]).encode(),
        )
    if ended.exit_code is None:
        raise CannotCheckError(f"the search for {pattern!r} took longer than {SECONDS:g} seconds")
    said = ended.stdout.strip()
    if ended.exit_code or said not in (b"True", b"False"):
        raise CannotCheckError(f"the search for {pattern!r} did not work: {ended.told()}")
    return said == b"True"
