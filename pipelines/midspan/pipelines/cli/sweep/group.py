"""A command of subcommands, of which only the one that is called is imported."""

import importlib
from collections.abc import Mapping
from typing import Any

import click

from midspan.scorers.file_format.problems import suggestion


class Subcommands(click.Group):
    """Finds each subcommand as `command` in the module of its name."""

    def __init__(self, *args: Any, within: str, summaries: Mapping[str, str], **more: Any) -> None:
        """Keep the package that the modules are in, and what each is for."""
        super().__init__(*args, **more)
        self._within = within
        self._summaries = summaries

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in the order in which people need them."""
        return list(self._summaries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the subcommand of a name."""
        if cmd_name not in self._summaries:
            return None
        found = importlib.import_module(f"{self._within}.{cmd_name}").command
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the subcommand that is asked for; of an unknown one, what was meant is said."""
        name = args[0]
        if name not in self._summaries and not name.startswith("-"):
            meant = suggestion(name, self._summaries) or f" There are {', '.join(self._summaries)}."
            ctx.fail(f"No such command {name!r}.{meant}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each is for, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._summaries.items()))
