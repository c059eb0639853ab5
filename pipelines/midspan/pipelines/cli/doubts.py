"""Doubts about the files that people write, as lines on stderr."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def doubts_said() -> Iterator[None]:
    """Say what is warned of meanwhile, a line each, and not the place in midspan that warned."""
    said: set[str] = set()

    def say(message: Warning | str, *_place: Any, **_more: Any) -> None:
        from midspan.pipelines.cli import console

        if (text := str(message)) not in said:
            said.add(text)
            console.note(text)

    # Said at once, so that doubts about a file stand before what is wrong with the next.
    with warnings.catch_warnings(action="always", category=UserWarning):
        warnings.showwarning = say
        yield
