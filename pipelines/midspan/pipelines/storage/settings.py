"""What `workspace.json` says: the contract a workspace was made by, and its number of buckets."""

import os
from pathlib import Path
from typing import Final, Literal

import msgspec

from midspan.pipelines.records import CONTRACT
from midspan.pipelines.storage.disk import explained
from midspan.scorers.errors import InvalidInput

SETTINGS: Final = "workspace.json"
SMALL_BUCKETS: Final = 1
LARGE_BUCKETS: Final = 256


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a workspace; only compaction changes its buckets."""

    contract: int
    buckets: Literal[1, 256]


def read_settings(directory: Path) -> Settings:
    """Return the settings of a workspace; a directory that is none is an error."""
    path = directory / SETTINGS
    with explained(path):
        try:
            content = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise InvalidInput(
                f"{directory}: not a workspace (no {SETTINGS})",
                fix=f"Make one with: midspan ingest SPANS --into {directory}",
            ) from None
    try:
        settings = msgspec.json.decode(content, type=Settings)
    except msgspec.DecodeError as error:
        raise InvalidInput(
            f"{path}: not a workspace file: {error}",
            fix=f'Put it back: {{"contract": {CONTRACT}, "buckets": 1}}, or 256 where spans/ holds '
            "other buckets than bucket=00.",
        ) from error
    if settings.contract != CONTRACT:
        raise InvalidInput(
            f"{directory}: has contract {settings.contract}; this midspan reads {CONTRACT}",
            fix="Ingest the spans again into a new workspace.",
        )
    return settings


def write_settings(directory: Path, buckets: int) -> None:
    """Write the settings of a new workspace, whole or not at all."""
    part = directory / f"{SETTINGS}.part"
    part.write_text(_text(buckets))
    part.replace(directory / SETTINGS)


def change_buckets(path: Path, buckets: int) -> None:
    """Write another number of buckets into the settings of a workspace.

    In place, since readers hold this very file, and at once: padded where it gets shorter.
    """
    settings = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.pwrite(settings, _text(buckets).encode().ljust(os.fstat(settings).st_size), 0)
    finally:
        os.close(settings)


def _text(buckets: int) -> str:
    return f'{{"contract": {CONTRACT}, "buckets": {buckets}}}\n'
