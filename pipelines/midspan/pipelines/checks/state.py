"""The check that asks what the run left behind: a database, or a command that prints JSON."""

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from midspan.pipelines.checks.commands import ended_in, how
from midspan.pipelines.checks.inside import inside, require_file
from midspan.pipelines.checks.json_values import is_same, parse_json, shown_json
from midspan.pipelines.checks.verdict import (
    HOLDS,
    CannotCheckError,
    FailedCheckError,
    Verdict,
    fails,
    shortened,
)
from midspan.scorers.suite.checks import StateCheck

MOST_ROWS: Final = 10_000
LARGEST_OUTPUT: Final = 2**20
_STEPS: Final = 10_000
"""Steps of the database's machine between two looks at the clock."""

_READING: Final = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}


def judge_state(check: StateCheck, directory: Path) -> Verdict:
    """Return whether the state is the expected one."""
    if check.sqlite is not None and check.query is not None:
        found = _rows(directory, check.sqlite, check.query, check.timeout)
    else:
        found = _printed(directory, check.argv or (), check.timeout)
    if is_same(found, check.equals):
        return HOLDS
    return fails(f"{shown_json(found)} is not {shown_json(check.equals)}")


def _rows(directory: Path, path: str, query: str, seconds: float) -> list[list[Any]]:
    """Return the rows of a query that can only read, and only this database."""
    place = inside(directory, path)
    require_file(place, path)
    deadline = time.monotonic() + seconds
    address = f"{place.as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=seconds)) as connection:
        connection.text_factory = lambda data: data.decode(errors="replace")
        connection.set_authorizer(_only_reading)
        connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS)
        try:
            rows = connection.execute(query).fetchmany(MOST_ROWS + 1)
        except (sqlite3.Error, sqlite3.Warning) as error:
            raise _explained(error, path, late=time.monotonic() > deadline) from None
    if len(rows) > MOST_ROWS:
        raise CannotCheckError(f"the query gives more than {MOST_ROWS:,} rows")
    return [[_json_value(value) for value in row] for row in rows]


def _only_reading(action: int, *_: object) -> int:
    return sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY


def _explained(error: Exception, path: str, *, late: bool) -> Exception:
    # The low byte: what stands above it tells kinds of the same error apart.
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return FailedCheckError(f"{path} is no database: {error}")
    if late:
        return CannotCheckError("the query took too long")
    return CannotCheckError(f"the query on {path} cannot be run: {error}")


def _json_value(value: Any) -> Any:
    """Return what stands for a value of the database; bytes as hex digits."""
    return value.hex() if isinstance(value, bytes) else value


def _printed(directory: Path, argv: Sequence[str], seconds: float) -> Any:
    """Return the JSON that a command prints."""
    ended = ended_in(directory, argv, seconds=seconds, keep=LARGEST_OUTPUT)
    if ended.exit_code != 0:
        told = shortened(ended.told(), 1_000)
        raise CannotCheckError(f"{argv[0]}: {how(ended, seconds)}: {told}")
    if ended.cut:
        raise CannotCheckError(f"{argv[0]} printed more than {LARGEST_OUTPUT:,} bytes")
    try:
        return parse_json(ended.stdout.decode())
    except ValueError as error:
        raise CannotCheckError(f"{argv[0]} did not print JSON: {error}") from None
