"""The options that name what runs are judged by; each command says what it takes them for."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from midspan.pipelines.cli.file_type import FILE

Command = TypeVar("Command", bound=Callable[..., Any])


def suite(told: str) -> Callable[[Command], Command]:
    """Return the option that names a suite."""
    return click.option("--suite", type=FILE, metavar="FILE", help=told)


def profile(told: str) -> Callable[[Command], Command]:
    """Return the option that names a profile."""
    return click.option("--profile", type=FILE, metavar="FILE", help=told)
