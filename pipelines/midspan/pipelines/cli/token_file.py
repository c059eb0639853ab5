"""A token in a file, which nobody else may read."""

import os
from pathlib import Path
from typing import Final

from midspan.instrumentation.secrecy import keep_to_itself, read_descriptor
from midspan.scorers.errors import InvalidInput

CREDENTIALS: Final = "CREDENTIALS_DIRECTORY"
"""Where systemd mounts credentials for one unit alone, readable for it whatever the mode says."""

SECRETS: Final = "/run/secrets"
"""Where containers have their secrets mounted, with the mode of the file outside."""


def token_of(path: Path | None) -> str | None:
    """Return the token in a file, or behind /dev/fd/N; None where no file is named."""
    if path is None:
        return None
    keep_to_itself()
    given = read_descriptor(str(path))
    if given is None:
        if path.is_dir():
            raise InvalidInput(f"{path}: is a directory", fix="Name the file that has the token.")
        if path.stat().st_mode & 0o077 and not _is_mounted_for_us(path):
            raise InvalidInput(f"{path}: others may read this token", fix=f"chmod 600 {path}")
        given = path.read_bytes()
    token = given.decode("latin-1").strip()
    if not token or not token.isascii() or any(each.isspace() for each in token):
        raise InvalidInput(f"{path} holds no token: one word of ASCII is expected")
    return token


def _is_mounted_for_us(path: Path) -> bool:
    """Return whether a file was named in a folder of secrets; a link there may lead out of it."""
    named = Path(os.path.normpath(path.absolute()))
    folders = [SECRETS, os.environ.get(CREDENTIALS, "")]
    return any(folder and named.is_relative_to(folder) for folder in folders)
