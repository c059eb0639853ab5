"""Environment variables that processes are started with."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

POLARS_THREADS: Final = "POLARS_MAX_THREADS"
"""How many threads a process uses for its frames; polars reads it when it is imported."""


@contextmanager
def unless_chosen(name: str, value: str) -> Iterator[None]:
    """Have a variable meanwhile, unless the person chose one.

    >>> with unless_chosen("THREADS", "2"), unless_chosen("THREADS", "4"):
    ...     os.environ["THREADS"]
    '2'
    """
    if name in os.environ:
        yield
        return
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]
