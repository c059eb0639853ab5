"""Which replies are rewritten, and how whole ones are."""

import json
from typing import Any, Protocol

from midspan.instrumentation.encoding import to_json
from midspan.instrumentation.losses import log_once
from midspan.instrumentation.proxy.exchange import Exchange
from midspan.instrumentation.proxy.translation.stream import StreamRewriter
from midspan.instrumentation.proxy.translation.translator import Translator
from midspan.instrumentation.proxy.wire.asked import items_of
from midspan.instrumentation.proxy.wire.reading import Unreadable, decoded


class Rewriter(Protocol):
    """Takes a reply in pieces, and gives what the client gets in its place."""

    streams: bool
    """Whether anything may go out before all has come in."""

    def feed(self, piece: bytes) -> bytes:
        """Return what can go out with this piece."""

    def finish(self) -> bytes:
        """Return what is left."""


def rewriter_for(exchange: Exchange) -> Rewriter | None:
    """Return what rewrites a reply, None where a request takes no calls or cannot be read."""
    body = exchange.request.whole()
    try:
        request = json.loads(decoded(body or b"", exchange.request_coding, len(body or b"") * 20))
    except (ValueError, RecursionError, Unreadable):
        return None
    try:
        translator = Translator.of(request) if isinstance(request, dict) else None
    except Exception as error:
        log_once("tools to translate to", error)
        return None
    if translator is None:
        return None
    if exchange.streams:
        return StreamRewriter(translator, exchange.translation)
    return _BodyRewriter(translator, exchange)


class _BodyRewriter:
    """Rewrites one JSON body; one without a call to translate stays as it is to the byte."""

    streams = False

    def __init__(self, translator: Translator, exchange: Exchange) -> None:
        self._translator = translator
        self._exchange = exchange
        self._pieces: list[bytes] = []

    def feed(self, piece: bytes) -> bytes:
        self._pieces.append(piece)
        return b""

    def finish(self) -> bytes:
        body = b"".join(self._pieces)
        try:
            return self._rewritten(json.loads(body)) or body
        except (ValueError, RecursionError):
            return body
        except Exception as error:
            log_once("a reply to translate", error)
            return body

    def _rewritten(self, completion: Any) -> bytes | None:
        choices = items_of(completion.get("choices")) if isinstance(completion, dict) else []
        # Not `any`, which would end with the first.
        changed = [self._rewrite(choice) for choice in choices]
        return to_json(completion).encode() if any(changed) else None

    def _rewrite(self, choice: dict[str, Any]) -> bool:
        message = choice.get("message")
        if not isinstance(message, dict) or message.get("tool_calls"):
            return False
        translation, rest = self._translator.translate(
            message.get("content"), choice.get("finish_reason")
        )
        if not self._exchange.translation.calls:
            self._exchange.translation = translation
        if not translation.calls:
            return False
        message["content"] = rest.strip() or None
        message["tool_calls"] = [call.native() for call in translation.calls]
        choice["finish_reason"] = "tool_calls"
        return True
