"""What the tools say when something is wrong: all that differs between their revisions."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

FILE: Final = "wording.toml"


@dataclass(frozen=True, kw_only=True)
class Wording:
    """The error texts of one revision; what stands in braces is filled in."""

    order: str
    customer: str
    arguments: str
    outside: str
    missing: str
    unknown_tool: str
    timeout: str
    shell_hint: str

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Return the texts of the tools that lie in a folder."""
        return cls(**tomllib.loads((folder / FILE).read_text(encoding="utf-8")))
