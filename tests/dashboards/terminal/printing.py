"""What a table looks like on a terminal of a given width."""

from io import StringIO

from rich.console import Console, RenderableType


def printed(shown: RenderableType, width: int = 100) -> list[str]:
    console = Console(file=StringIO(), width=width, highlight=False)
    console.print(shown)
    assert isinstance(console.file, StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]
