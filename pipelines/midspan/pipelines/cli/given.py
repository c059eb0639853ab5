"""What is to be scored: a workspace, or files that are in one for as long as the command runs."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from midspan.pipelines.cli import console
from midspan.pipelines.cli.ingest import describe, list_rejected
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.ingest.names import shown
from midspan.pipelines.workspace import SETTINGS, Workspace
from midspan.scorers.errors import InvalidInput


@dataclass(frozen=True, kw_only=True)
class Given:
    """The workspace to score, what a person named, and how much of that could not be read."""

    paths: tuple[Path | str, ...]
    workspace: Workspace
    is_workspace: bool
    quarantined: int = 0

    @contextmanager
    def named(self) -> Iterator[None]:
        """Have errors name the files that a person named, and not the folder that holds them."""
        try:
            yield
        except InvalidInput as error:
            if self.is_workspace:
                raise
            folder, others = str(self.workspace.path), len(self.paths) - 1
            files = f"{shown(self.paths[0])}{f' and {others} more' if others else ''}"
            fix = error.fix
            if fix is not None and folder in fix:
                fix = "Some of the runs: the same command without --explain"
            raise InvalidInput(str(error.args[0]).replace(folder, files), fix=fix) from error


@contextmanager
def opened(paths: tuple[Path | str, ...]) -> Iterator[Given]:
    """Give the workspace named, or a temporary one holding the files named."""
    if len(paths) == 1 and Path(paths[0], SETTINGS).is_file():
        yield Given(paths=paths, workspace=Workspace(paths[0]), is_workspace=True)
        return
    with tempfile.TemporaryDirectory(prefix="midspan-") as directory:
        with console.progress() as progress:
            summary = ingest(paths, Path(directory), progress=progress)
        if console.notes().is_terminal:
            click.echo(describe(summary), err=True)
        list_rejected(summary)
        yield Given(
            paths=paths,
            workspace=Workspace(directory),
            is_workspace=False,
            quarantined=len(summary.rejected),
        )
