"""What files are called in tables and messages, which hold text, where names are bytes."""

from pathlib import Path

from midspan.scorers.errors import InvalidInput


def shown(path: object) -> str:
    r"""Return a file's name as text; bytes of it that are not UTF-8 stand as escapes.

    >>> print(shown("caf\udce9.jsonl"))
    caf\xe9.jsonl
    """
    return str(path).encode(errors="surrogateescape").decode(errors="backslashreplace")


def require_text(workspace: Path) -> None:
    """Raise where the whole name of a workspace is no text: Parquet files cannot be written there.

    The folder that a relative name is relative to belongs to it.
    """
    whole = shown(workspace.absolute())
    if whole != str(workspace.absolute()):
        raise InvalidInput(
            f"{whole}: a name that is not UTF-8, in which no workspace can be kept",
            fix="Name another folder.",
        )
