"""A line of a story: a head, and a body that is wrapped beside it on a terminal."""

from typing import NamedTuple

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text


class Line(NamedTuple):
    """How far a line is set in, its head and its body."""

    indent: int
    head: Text
    body: Text

    def wrapped(self) -> RenderableType:
        """Return the line for a terminal: a long body goes on below itself, not below its head."""
        if not self.head or not self.body:
            whole = Text.assemble(self.head, self.body)
            if not whole:
                return whole
            return Padding(whole, (0, 0, 0, self.indent), expand=False)
        grid = Table.grid()
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        grid.add_row(self.head, self.body)
        return Padding(grid, (0, 0, 0, self.indent), expand=False)

    def unwrapped(self) -> Text:
        """Return the line for a file: all of it on one."""
        text = f"{' ' * self.indent}{self.head.plain}{self.body.plain}".rstrip()
        return Text(text, no_wrap=True, overflow="ignore")


def line(indent: int, head: str, body: str | Text = "", *, style: str = "", says: str = "") -> Line:
    """Return a line: the style of its head, and what its body says in which style."""
    return Line(indent, Text(head, style), body if isinstance(body, Text) else Text(body, says))


BLANK = line(0, "")
