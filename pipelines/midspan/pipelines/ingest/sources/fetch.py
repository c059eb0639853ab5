"""Fetch what is new on servers, so that it is read as files are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from midspan.pipelines.ingest.sources.cursors import cursor_file, encode_cursor, read_cursor
from midspan.pipelines.ingest.sources.mlflow import MlflowSource
from midspan.pipelines.ingest.sources.pages import Pages, write_page
from midspan.pipelines.ingest.sources.phoenix import PhoenixSource
from midspan.pipelines.ingest.sources.server import Server
from midspan.scorers.errors import InvalidInput

KINDS: Final[dict[str, type[Server]]] = {"phoenix": PhoenixSource, "mlflow": MlflowSource}
TRANSPORTS: Final = ("http", "https")

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """What is new on servers, a file for each that has something, and where each cursor goes."""

    pages: Sequence[Pages]
    cursors: dict[str, bytes]


def server_at(path: object) -> Server | None:
    """Return the server that an address names; None for what is no server's."""
    if not isinstance(path, str):
        return None
    scheme, separator, rest = path.partition("://")
    kind, _, transport = scheme.partition("+")
    if not separator or kind not in KINDS:
        return None
    if transport not in TRANSPORTS:
        raise InvalidInput(f"{path}: not an address", fix=f"As in: {kind}+http://{rest}")
    return KINDS[kind](path)


def fetch(
    servers: Iterable[Server],
    workspace: Path,
    scratch: Path,
    rules: dict[str, str],
    progress: Progress,
) -> Fetched:
    """Return what came to the servers since they were last read by these rules."""
    fetched: list[Pages] = []
    cursors: dict[str, bytes] = {}
    for number, server in enumerate(servers):
        cursor = read_cursor(workspace, server.url, rules)
        path, spans = scratch / f"fetched-{number}", 0
        with path.open("wb") as content:
            for page in server.pages(cursor):
                cursor = page.cursor
                spans += write_page(content, page.items)
                progress(f"fetching from {server.name}", spans, spans)
        if spans:
            fetched.append(Pages(url=server.url, file=path, cursor=server.describe(cursor)))
        if cursor:
            cursors[cursor_file(server.url)] = encode_cursor(server.url, rules, cursor)
    return Fetched(pages=fetched, cursors=cursors)
