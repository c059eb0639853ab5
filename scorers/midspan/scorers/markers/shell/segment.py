"""One simple command of a shell text: its words, what it is fed, and where its output goes."""

from typing import NamedTuple


class Redirect(NamedTuple):
    """A file that a command reads from or writes to: `> out.txt`."""

    operator: str
    target: str

    @property
    def writes(self) -> bool:
        """Return whether the file is written."""
        return ">" in self.operator


class Segment(NamedTuple):
    """A simple command. `words` is empty where a redirect stands at a group of commands."""

    words: tuple[str, ...]
    """The program and its arguments, without quotes."""
    source: str
    """As it was written."""
    stdin: str | None = None
    """What it is fed, where that is written in the text: a heredoc, or `echo ... |`."""
    redirects: tuple[Redirect, ...] = ()
    folder: str = ""
    """Where it runs, after any `cd`; empty: where the text began."""

    @property
    def program(self) -> str:
        """Return the program's name, without the folder it lies in."""
        return self.words[0].rsplit("/", 1)[-1] if self.words else ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """Return the words after the program."""
        return self.words[1:]

    def running(self, words: tuple[str, ...]) -> "Segment":
        """Return the segment with other words: those that a wrapper starts."""
        return self._replace(words=words)
