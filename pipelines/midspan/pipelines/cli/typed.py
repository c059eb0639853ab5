"""The command that is running, as it can be typed again."""

import shlex
from collections.abc import Iterator
from typing import Any

import click
from click.core import ParameterSource


def as_typed(context: click.Context) -> str:
    """Return the command with the arguments and options that it was given.

    >>> @click.command()
    ... @click.argument("path")
    ... @click.option("--name", default="usual")
    ... @click.option("--again", is_flag=True)
    ... @click.option("--file", "files", multiple=True)
    ... def publish(**_given: object) -> None:
    ...     pass
    >>> words = ["--file", "a b", "shop", "--again", "--file", "c"]
    >>> as_typed(publish.make_context("midspan publish", words))
    "midspan publish shop --again --file 'a b' --file c"
    """
    words = [word for one in context.command.params for word in _words(one, context)]
    return " ".join((context.command_path, *map(shlex.quote, words)))


def _words(one: click.Parameter, context: click.Context) -> Iterator[str]:
    name = one.name or ""
    if context.get_parameter_source(name) is not ParameterSource.COMMANDLINE:
        return
    value: Any = context.params.get(name)
    values = value if isinstance(value, (list, tuple)) else [value]
    for each in values:
        if isinstance(one, click.Option):
            yield one.opts[-1] if each is not False or not one.is_flag else one.secondary_opts[-1]
            if one.is_flag:
                continue
        yield str(each)
