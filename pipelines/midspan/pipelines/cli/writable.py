"""Workspaces that a command writes: directories of this machine."""

from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from midspan.scorers.errors import InvalidInput

_OF_THIS_MACHINE: Final = "file://"


def writable(text: str) -> Path:
    """Return the path of a workspace that is to be written; one at an address is an error.

    >>> str(writable("shop")), str(writable("file:///data/my%20shop"))
    ('shop', '/data/my shop')
    """
    from midspan.pipelines.ingest.sources.remote import is_remote

    if text.startswith(_OF_THIS_MACHINE):
        return Path(unquote(urlsplit(text).path))
    if is_remote(text):
        raise InvalidInput(
            f"{text}: a workspace at an address cannot be written by this command",
            fix="Name a directory of this machine. A copy of it may be scored at an address: "
            f"midspan score {text}",
        )
    return Path(text)
