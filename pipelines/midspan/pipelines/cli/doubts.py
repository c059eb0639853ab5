"""Doubts about the files that people write, as lines on stderr."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from midspan.pipelines.cli import console


@contextmanager
def doubts_said() -> Iterator[None]:
    """Say what is warned of meanwhile, a line each, and not the place in midspan that warned."""
    with warnings.catch_warnings(record=True, action="always", category=UserWarning) as doubts:
        yield
    for text in dict.fromkeys(str(doubt.message) for doubt in doubts):
        console.note(text)
