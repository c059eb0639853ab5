"""A server that takes OTLP: batches are sent to it, then it is asked what it has stored."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import httpx

from midspan.pipelines.publish.exchange import (
    GaveUp,
    Patience,
    ServerError,
    patiently,
    refusal,
    told,
)
from midspan.pipelines.publish.otlp import Batch

Key = tuple[str, str]
"""Trace id and span id of a span, in hex."""

Missing = dict[Key, str]
"""Spans that a server does not have, each with the reason."""

__all__ = ["Key", "Missing", "ServerError", "SpanServer", "chunks", "json_of", "tried"]

REQUEST_SECONDS: Final = 120.0
OTLP_HEADERS: Final = {"content-type": "application/x-protobuf", "content-encoding": "gzip"}
REFUSED: Final = frozenset({400, 413, 422})
"""Answers to a request's content: its halves may fare better."""

TRIES: Final = 3
"""How often the same is asked where the answer is an error of the server's own."""


class SpanServer(ABC):
    """One server that takes OTLP: send batches, then ask what it has stored."""

    name: str

    def __init__(self, url: str, *, patience: Patience, client: httpx.Client | None = None) -> None:
        """Prepare to ask the server, with a client of its own unless one is given."""
        self.url = url.rstrip("/")
        self.patience = patience
        self.client = client or httpx.Client(base_url=self.url, timeout=REQUEST_SECONDS)
        self.gone: str | None = None

    def ask(self, method: str, path: str, **how: Any) -> httpx.Response:
        """Return the answer to a question, whatever it is; that there is none is an error."""
        try:
            return tried(lambda: self.client.request(method, path, **how), patience=self.patience)
        except GaveUp as error:
            raise ServerError(f"{self.name} gave no answer ({error})") from error

    def send(self, batch: Batch) -> Missing:
        """Return the spans of the batch that the server did not take, each with the reason."""
        if self.gone is None:
            try:
                headers = OTLP_HEADERS | self.headers(batch.project)
                content = batch.encode()
                answer = tried(
                    lambda: self.client.post("/v1/traces", content=content, headers=headers),
                    patience=self.patience,
                )
            except (GaveUp, ServerError, httpx.TransportError) as error:
                self.gone = f"{self.name} gave no answer ({error})"
            else:
                if answer.is_success:
                    return {}
                if answer.status_code in REFUSED and len(batch.pieces) > 1:
                    # One bad span fails its whole request: halving finds it and saves the rest.
                    first, second = batch.halves()
                    return {**self.send(first), **self.send(second)}
                return dict.fromkeys((piece.key for piece in batch.pieces), refusal(answer))
        return dict.fromkeys((piece.key for piece in batch.pieces), self.gone)

    def read_back(
        self, project: str, sent: Mapping[str, set[str]], stored: Callable[[int], None]
    ) -> Missing:
        """Return the sent spans (by trace) that the server does not have, or cannot be asked for.

        `stored` is told how many more spans were found.
        """
        try:
            return self.missing(project, sent, stored)
        except (httpx.TransportError, ServerError) as error:
            self.gone = f"accepted, but not read back: {error}"
            return {(trace, span): self.gone for trace, spans in sent.items() for span in spans}

    def headers(self, project: str) -> dict[str, str]:
        """Return what a request needs beside the resource that names the project."""
        return {}

    @abstractmethod
    def present(self, project: str, traces: Sequence[str]) -> set[Key]:
        """Return the spans that the server has of some traces, in this project."""

    @abstractmethod
    def missing(
        self, project: str, sent: Mapping[str, set[str]], stored: Callable[[int], None]
    ) -> Missing:
        """Return the sent spans that the server does not have in this project."""


def tried(ask: Callable[[], httpx.Response], *, patience: Patience) -> httpx.Response:
    """Return the answer to a question, asked again where the server failed by itself.

    A server that failed once may well do it the next time; one that is busy is waited for anyway.
    """
    for _ in range(TRIES - 1):
        answer = patiently(ask, patience=patience)
        if not answer.is_server_error:
            return answer
        patience.sleep(patience.first_wait)
    return patiently(ask, patience=patience)


def json_of(answer: httpx.Response, *fields: str) -> dict[str, Any]:
    """Return the object that is the answer and has these fields, or raise what it is instead."""
    found = told(answer, *fields)
    if not isinstance(found, dict):
        raise ServerError(f"{answer.request.url.path} answered no object: {refusal(answer)}")
    return found


def chunks(items: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    """Return the items in runs of at most `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))
