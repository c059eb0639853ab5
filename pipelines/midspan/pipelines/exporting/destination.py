"""Where an export goes: a folder, or a data set on the Hub."""

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from midspan.scorers.errors import InvalidInput

HUB: Final = "hf://"
_FORM: Final = "hf://datasets/NAMESPACE/NAME[/path]"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")


@dataclass(frozen=True, kw_only=True)
class HubFolder:
    """A data set on the Hub, or a folder of one."""

    repository: str
    """Namespace and name."""
    path: PurePosixPath = field(default_factory=PurePosixPath)

    def __str__(self) -> str:
        """Return the address, as it is given to `--to`."""
        below = "" if self.path == PurePosixPath() else f"/{self.path}"
        return f"{HUB}datasets/{self.repository}{below}"


def destination(address: str) -> Path | HubFolder:
    """Return what an address names.

    >>> destination("hf://datasets/me/shop-runs/may").path
    PurePosixPath('may')
    """
    if not address.startswith(HUB):
        if "://" in address:
            raise InvalidInput(f"{address}: no place to export to", fix=f"A folder, or {_FORM}")
        return Path(address)
    kind, *parts = address.removeprefix(HUB).rstrip("/").split("/")
    named = kind == "datasets" and len(parts) > 1 and all(map(_NAME.fullmatch, parts))
    if not named or any(".." in part for part in parts):
        raise InvalidInput(f"{address}: names no data set", fix=f"As in {_FORM}")
    return HubFolder(repository="/".join(parts[:2]), path=PurePosixPath(*parts[2:]))
