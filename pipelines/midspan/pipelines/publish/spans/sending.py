"""Spans on their way to a server: what it has is not sent, what it took is read back."""

from collections.abc import Sequence

import httpx

from midspan.pipelines.publish.exchange import ServerError
from midspan.pipelines.publish.otlp import Piece, batches
from midspan.pipelines.publish.report import Account
from midspan.pipelines.publish.span_server import Key, Missing, SpanServer

ByTrace = dict[str, set[str]]


def send_spans(server: SpanServer, pieces: Sequence[Piece], account: Account) -> set[Key]:
    """Return the spans that a server does not have, after all that it lacked were sent to it.

    A server that goes away is asked no more: the rest is left, with that as the reason, and goes
    out when it is sent again.
    """
    account.asked("spans", len(pieces))
    there = {
        key
        for project, traces in _by_project(pieces).items()
        for key in _present(server, project, traces)
    }
    account.already("spans", sum(piece.key in there for piece in pieces))
    lacking = [piece for piece in pieces if piece.key not in there]
    missing: Missing = {}
    for batch in batches(lacking):
        missing |= server.send(batch)
    taken = [piece for piece in lacking if piece.key not in missing]
    for project, traces in _by_project(taken).items():
        missing |= server.read_back(project, traces, lambda rows: account.stored("spans", rows))
    for reason in dict.fromkeys(missing.values()):
        keys = sorted(key for key, why in missing.items() if why == reason)
        account.left("spans", len(keys), reason, (f"trace {key[0]} span {key[1]}" for key in keys))
    return set(missing)


def _present(server: SpanServer, project: str, traces: ByTrace) -> set[Key]:
    """Return what a server has of some traces; one that cannot say is sent all of it."""
    if server.gone is not None:
        return set()
    try:
        return server.present(project, list(traces))
    except (httpx.TransportError, ServerError):
        return set()


def _by_project(pieces: Sequence[Piece]) -> dict[str, ByTrace]:
    found: dict[str, ByTrace] = {}
    for piece in pieces:
        trace, span = piece.key
        found.setdefault(piece.project, {}).setdefault(trace, set()).add(span)
    return found
