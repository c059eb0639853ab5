"""Rewrites a stream of chunks: text goes on as it comes, unless a call may have begun in it."""

import re
from collections import deque
from typing import Any, Final

from midspan.instrumentation.encoding import to_json
from midspan.instrumentation.losses import log_once
from midspan.instrumentation.proxy.exchange import Translation
from midspan.instrumentation.proxy.translation.translator import Translator
from midspan.instrumentation.proxy.wire.asked import Json, items_of
from midspan.instrumentation.proxy.wire.sse import DONE, block_document, text_of_events

_BLOCK_END = re.compile(rb"\r\n\r\n|\n\n|\r\r")
LONGEST_TEXT: Final = 4 * 2**20


class StreamRewriter:
    """One stream; chunks that are not changed go on byte by byte as they came."""

    streams = True

    def __init__(self, translator: Translator, report: Translation) -> None:
        """Keep what may be made, and where to say what was."""
        self._translator = translator
        self._report = report
        self._gate = translator.gate()
        self._buffer = b""
        self._text = ""
        self._sent = 0
        self._held: deque[tuple[bytes, Json, int]] = deque()
        self._latest: Json = {}
        self._role_sent = False
        self._passing = False

    def feed(self, piece: bytes) -> bytes:
        """Return what can go out with this piece."""
        if self._passing and not self._buffer:
            return piece
        looked = max(0, len(self._buffer) - 3)
        self._buffer += piece
        out: list[bytes] = []
        at = 0
        for end in _BLOCK_END.finditer(self._buffer, looked):
            out.append(self._tried(self._buffer[at : end.end()]))
            at = end.end()
        self._buffer = self._buffer[at:]
        return b"".join(out)

    def finish(self) -> bytes:
        """Return what is left of a stream that has ended, whole or not."""
        return self._let_go() + self._buffer

    def _tried(self, block: bytes) -> bytes:
        """Return what a block becomes; one that cannot be read ends all rewriting."""
        if self._passing:
            return block
        try:
            return self._block(block)
        except Exception as error:
            log_once("a stream to translate", error)
            # What waits holds the block, if it came that far.
            held = self._let_go()
            return held if held.endswith(block) else held + block

    def _block(self, block: bytes) -> bytes:
        text = text_of_events(block)
        chunk = block_document(text)
        if chunk is None:
            if f"data: {DONE}" in text:
                return self._decide({}) + block
            return self._hold(block, {})
        choices = items_of(chunk.get("choices"))
        if not choices:
            return self._let_go() + block if chunk.get("error") else self._hold(block, {})
        delta = choices[0].get("delta") or {}
        if len(choices) > 1 or choices[0].get("index") or delta.get("tool_calls"):
            return self._let_go() + block
        return self._choice(block, chunk, choices[0], delta)

    def _choice(self, block: bytes, chunk: Json, choice: Json, delta: Json) -> bytes:
        self._latest = chunk
        content = delta.get("content")
        self._text += content if isinstance(content, str) else ""
        if len(self._text) > LONGEST_TEXT:
            return self._let_go() + block
        if choice.get("finish_reason"):
            self._held.append((block, delta, len(self._text)))
            return self._decide(choice)
        return self._hold(block, delta)

    def _hold(self, block: bytes, delta: Json) -> bytes:
        """Put a block behind those that wait; return those that need not wait any more."""
        self._held.append((block, delta, len(self._text)))
        free = self._gate.free(self._text)
        out: list[bytes] = []
        while self._held and self._held[0][2] <= free:
            out.append(self._send(self._held.popleft()))
        return b"".join(out)

    def _send(self, held: tuple[bytes, Json, int]) -> bytes:
        block, delta, end = held
        self._sent = end
        self._role_sent = self._role_sent or "role" in delta
        return block

    def _let_go(self) -> bytes:
        """Return all that waits, and leave the rest of the stream as it is."""
        self._passing = True
        out = [self._send(held) for held in self._held]
        self._held.clear()
        return b"".join(out)

    def _decide(self, choice: Json) -> bytes:
        """Return what waits, with its calls made native where they may be."""
        translation, rest = self._translator.translate(
            self._text, choice.get("finish_reason"), sent=self._sent
        )
        self._report.form = translation.form
        self._report.reason = translation.reason
        self._report.calls = translation.calls
        if not translation.calls:
            return self._let_go()
        last = self._held.pop() if choice else None
        out = [self._send(held) for held in self._held if not held[1].get("content")]
        self._held.clear()
        self._passing = True
        if rest.strip():
            out.append(self._chunk({"content": rest}))
        calls = [{"index": n, **call.native()} for n, call in enumerate(translation.calls)]
        out.append(self._chunk({"tool_calls": calls}))
        end = {k: v for k, v in (last[1] if last else {}).items() if k not in ("content", "role")}
        out.append(self._chunk(end, finish_reason="tool_calls"))
        return b"".join(out)

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
        """Return a chunk like the latest one, with this in it."""
        if not self._role_sent:
            self._role_sent = True
            delta = {"role": "assistant", **delta}
        choice = items_of(self._latest.get("choices"))[0]
        ours = {**choice, "delta": delta, "finish_reason": finish_reason}
        usage = {} if finish_reason else {"usage": None}
        chunk = {**self._latest, **({} if "usage" not in self._latest else usage)}
        return b"data: " + to_json(chunk | {"choices": [ours]}).encode() + b"\n\n"
