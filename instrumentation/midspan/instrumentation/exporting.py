"""Sends spans to an OTLP server in batches, and does not keep the agent waiting for a dead one."""

import logging
import os
import socket
import threading
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from midspan.instrumentation.addresses import shown
from midspan.instrumentation.losses import recorded

Keep = Callable[[ReadableSpan], ReadableSpan]

logger = logging.getLogger(__name__)

PATIENCE_SECONDS: Final = 2.0
"""How long the end of the agent waits for a server that takes no connection."""
LAST_SECONDS: Final = 6.0
"""How long it waits for one that does, and is slow or busy."""


class ExportProcessor(BatchSpanProcessor):
    """A batch processor that counts, and gives up at the end where nobody listens."""

    def __init__(
        self,
        url: str,
        exporter: SpanExporter,
        *,
        patience: float = PATIENCE_SECONDS,
        last: float = LAST_SECONDS,
        sieve: Keep = lambda span: span,
    ) -> None:
        """Keep where the spans go, and what of each."""
        self._url = url
        self._patience = patience
        self._last = last
        self._counted = _CountedExporter(exporter, sieve)
        self._ended = 0
        self._lock = threading.RLock()
        self._over = False
        super().__init__(self._counted)

    def unsent(self) -> int:
        """Return how many spans have ended and did not reach the server, or not yet."""
        return self._ended - self._counted.sent

    def on_end(self, span: ReadableSpan) -> None:
        """Have the span sent with the next batch."""
        if span.context is not None and span.context.trace_flags.sampled:
            with self._lock:
                self._ended += 1
        super().on_end(span)

    def force_flush(self, timeout_millis: int | None = None) -> bool:
        """Send what waits; return whether all spans so far have reached the server."""
        return super().force_flush(timeout_millis) and self.unsent() == 0

    def shutdown(self) -> None:
        """Send what waits, if somebody listens and takes it; what stays behind is told, once."""
        if self._over:
            return
        self._over = True
        if self.unsent() and not listens(self._url, self._patience):
            self._counted.shutdown()
            self._end(self._patience)
        elif not self._end(self._last):
            self._counted.shutdown()
        if unsent := self.unsent():
            logger.warning(
                "%d of %d spans did not reach %s (a spool, where one is set up, has them)",
                unsent,
                self._ended,
                shown(self._url),
            )

    def _end(self, seconds: float) -> bool:
        """Have what waits sent; return whether that has come to an end in so many seconds."""
        # A thread, as an attempt to connect or to send that is under way cannot be called off.
        ending = threading.Thread(target=super().shutdown, daemon=True)
        try:
            ending.start()
        except RuntimeError:
            # Some Pythons begin no thread while they end; then the sending one ends with them.
            if not self._counted.over:
                super().shutdown()  # type: ignore[no-untyped-call]
            return True
        ending.join(seconds)
        return not ending.is_alive()


class _CountedExporter(SpanExporter):
    """An exporter that says how much it has sent, and nothing once it is shut down."""

    def __init__(self, exporter: SpanExporter, sieve: Keep) -> None:
        self.sent = 0
        self._sieve = sieve
        self._exporter = exporter
        self.over = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        if self.over:
            return SpanExportResult.FAILURE
        kept = [span for span in map(self._kept, spans) if span is not None]
        result = self._exporter.export(kept)
        if result is SpanExportResult.SUCCESS:
            self.sent += len(kept)
        return result

    def _kept(self, span: ReadableSpan) -> ReadableSpan | None:
        # A span that cannot be looked through is not sent.
        return recorded("redaction", lambda: self._sieve(span), None)

    def shutdown(self) -> None:
        if not self.over:
            self.over = True
            self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def export_processor(url: str, headers: Mapping[str, str] | None, sieve: Keep) -> ExportProcessor:
    """Return what sends spans, or what of them may be kept, to an OTLP/HTTP server."""
    # Messages repeat from call to call: gzip makes a sixth of them, unless another choice was made.
    chosen = {"OTEL_EXPORTER_OTLP_COMPRESSION", "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION"} & set(
        os.environ
    )
    exporter = OTLPSpanExporter(
        endpoint=url,
        headers=dict(headers) if headers else None,
        compression=None if chosen else Compression.Gzip,
    )
    return ExportProcessor(url, exporter, sieve=sieve)


def listens(url: str, seconds: float) -> bool:
    """Return whether a server takes connections at an address; behind a proxy nobody can tell."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme in urllib.request.getproxies() and not urllib.request.proxy_bypass(host):
        return True
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((host, port), timeout=seconds).close()
    except OSError:
        return False
    return True
