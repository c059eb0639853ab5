"""The files that a patch writes, and the lines that it adds."""

import re
from collections.abc import Iterator
from typing import Final

from midspan.scorers.markers.shell import Written

_HEAD: Final = re.compile(
    r"\*\*\* (?P<kind>Add|Update|Delete) File: (?P<path>.+)"
    r"|\*\*\* Move to: (?P<moved>.+)"
    r"|\+\+\+ (?:b/)?(?P<diffed>[^\t\n]+)"
)


def patched_files(patch: str) -> Iterator[Written]:
    """Yield the files that an `apply_patch` body or a unified diff writes; deletions are none.

    >>> list(patched_files("*** Add File: a.py\\n+import os\\n"))
    [Written(path='a.py', content='import os', whole=True)]
    """
    path: str | None = None
    whole = False
    added: list[str] = []
    for line in patch.splitlines():
        head = _HEAD.match(line)
        if head is None:
            if line.startswith("+"):
                added.append(line[1:])
            elif line.startswith("-") and not line.startswith("--- "):
                whole = False
            continue
        if head["moved"] is not None:
            path = head["moved"].strip()
            continue
        if path is not None:
            yield Written(path, "\n".join(added), whole)
        kind, added = head["kind"], []
        found = head["diffed"] or head["path"]
        path = None if kind == "Delete" or found.strip() == "/dev/null" else found.strip()
        whole = kind == "Add"
    if path is not None:
        yield Written(path, "\n".join(added), whole)
