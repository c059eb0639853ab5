"""`midspan init`: a suite and a profile to start from."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from midspan.scorers.errors import Exit, InvalidInput

NEXT: Final = (
    "Put your tasks into {suite}; every mistake in it is told with its line. Then:\n"
    "  midspan sweep plan {suite}\n"
    "      shows what would be run, and what that needs; `midspan sweep run` runs it\n"
    "  midspan checks run {suite} --task open-total --dir DIR --answer TEXT\n"
    "      checks what a run left in DIR\n"
    "  midspan score WORKSPACE --suite {suite}\n"
    "      scores the spans that you have ingested"
)


@click.command(epilog="\b\nExample:\n  midspan init shop-eval")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path), default=".")
@click.option(
    "--schemas",
    is_flag=True,
    help="Only write the editor schemas anew, after an upgrade of midspan.",
)
def command(directory: Path, schemas: bool) -> int:
    """Write a starter suite.yaml, profile.yaml and inputs into DIRECTORY.

    Nothing is overwritten: if one of the files exists, none is written. The JSON Schemas in
    .midspan/ let an editor complete keys and mark mistakes while you type.
    """
    from midspan.pipelines.starter import schema_files, starter_files

    files = schema_files() if schemas else starter_files() | schema_files()
    if schemas:
        replace_schemas(directory, files)
    else:
        write_new(directory, files)
        click.echo(NEXT.format(suite=directory / "suite.yaml"), err=True)
    for name in files:
        click.echo(str(directory / name))
    return Exit.DONE


def replace_schemas(directory: Path, files: Mapping[str, str]) -> None:
    """Write the schemas, each in one move; there is nothing of the user's in them."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(path.name + ".part")
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)


def write_new(directory: Path, files: Mapping[str, str]) -> None:
    """Write all files or none; raise when one of them exists."""
    existing = [name for name in files if (directory / name).exists()]
    if existing:
        raise InvalidInput(
            f"{directory}: already has {', '.join(existing)}; nothing was written",
            fix="Name another folder: midspan init OTHER",
        )
    made: list[Path] = []
    try:
        for name, text in files.items():
            path = directory / name
            made += _make_folders(path.parent)
            # "x": a file that appears meanwhile is somebody's, and stays.
            with path.open("x", encoding="utf-8", newline="\n") as file:
                made.append(path)
                file.write(text)
    except BaseException:
        for path in reversed(made):
            with contextlib.suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise


def _make_folders(folder: Path) -> list[Path]:
    lacking = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(lacking):
        path.mkdir()
    return list(reversed(lacking))
