"""What the items of this plug-in have in common."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest


class Failed(Exception):
    """A run or task that did not succeed; the message says why."""


class Item(pytest.Item):
    """A test that is no function: it fails with a message, and without a traceback."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return why it failed, without a traceback through this plug-in."""
        if isinstance(excinfo.value, Failed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return where it stands: the workspace or the suite, and the name of the item."""
        return self.path, None, self.name


def node_id(config: pytest.Config, where: Path) -> str:
    """Return the id of what stands in a file or folder.

    Ids of items are relative to the root; pytest shows them as seen from where it was called.
    """
    return os.path.relpath(where, config.rootpath).replace(os.sep, "/")


def unlike(names: Sequence[str]) -> Iterator[str]:
    """Yield names of which no two are the same: the second of a kind is numbered.

    >>> list(unlike(["a", "b", "a"]))
    ['a', 'b', 'a#2']
    """
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name}#{seen[name]}"
