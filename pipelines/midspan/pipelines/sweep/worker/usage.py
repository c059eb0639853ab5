"""What a run has used so far, by the spans that stand in its files while it goes on."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import UnionType
from typing import Any, Final

import msgspec

from midspan.instrumentation import conventions
from midspan.instrumentation.proxy.attributes import RESEND_COUNT
from midspan.instrumentation.proxy.telemetry import SERVICE as PROXY
from midspan.instrumentation.segment import PART
from midspan.pipelines.records import LARGEST_COUNT
from midspan.pipelines.storage.plain import open_plain
from midspan.pipelines.sweep.worker.prices import Prices
from midspan.pipelines.sweep.worker.segments import names
from midspan.pipelines.sweep.worker.tokens import Tokens, tokens_of

PIECE: Final = 2**20
ERROR: Final = 2
"""Status of a span that failed, in OTLP."""

_TYPES: Final[Mapping[str, type | UnionType]] = {
    "intValue": int,
    "doubleValue": int | float,
    "stringValue": str,
    "boolValue": bool,
}
_LARGEST: Final = 2**63
"""What a number of a span can be: with more, sums of them would be none."""

_COST: Final = "llm.cost.total"
_MODELS: Final = (conventions.RESPONSE_MODEL, conventions.REQUEST_MODEL, "llm.model_name")


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Amounts of what a budget limits."""

    turns: int = 0
    tool_calls: int = 0
    tokens: int = 0
    cost_usd: float = 0.0
    spans: int = 0
    lost: int = 0
    """Spans that their writer says it could not write."""

    def plus(self, other: "Usage") -> "Usage":
        """Return the sum."""
        return Usage(**{n.name: getattr(self, n.name) + getattr(other, n.name) for n in _FIELDS})

    def at_least(self, other: "Usage") -> "Usage":
        """Return the larger of each amount."""
        return Usage(
            **{n.name: max(getattr(self, n.name), getattr(other, n.name)) for n in _FIELDS}
        )


_FIELDS: Final = fields(Usage)


class _Span(msgspec.Struct):
    attributes: list[dict[str, Any]] = []
    status: dict[str, Any] = {}


class _Scope(msgspec.Struct):
    spans: list[_Span] = []


class _Source(msgspec.Struct):
    attributes: list[dict[str, Any]] = []


class _Resource(msgspec.Struct):
    resource: _Source = msgspec.field(default_factory=_Source)
    scopeSpans: list[_Scope] = []


class _Line(msgspec.Struct):
    resourceSpans: list[_Resource] = []


_DECODER: Final = msgspec.json.Decoder(_Line)


@dataclass
class _Reading:
    """How far a file has been read."""

    offset: int = 0
    rest: bytes = b""


@dataclass
class Meter:
    """Reads the files of one launch as they grow.

    The proxy sees an agent's calls from outside, and the agent may record them as well: of both,
    the larger amount counts, so that no call counts twice.
    """

    spool: Path
    stem: str
    """`<run_id>-<launch>`."""
    prices: Prices
    last_call_failed: bool = False
    """Whether the last call of a model that stands in the files came to nothing."""
    _read: dict[str, _Reading] = field(default_factory=dict)
    _outside: Usage = Usage()
    _inside: Usage = Usage()

    def look(self) -> Usage:
        """Return what has been used, by all that is in the files now."""
        for name in names(self.stem):
            if not self._look_at(name):
                break
        both = self._outside.plus(self._inside)
        used = self._outside.at_least(self._inside)
        return replace(used, spans=both.spans, lost=both.lost)

    def _look_at(self, name: str) -> bool:
        """Read what is new in a segment; return whether there is such a segment."""
        reading = self._read.setdefault(name, _Reading())
        for path in (self.spool / f"{name}{PART}", self.spool / name):
            try:
                with open_plain(path) as file:
                    if os.fstat(file.fileno()).st_size > reading.offset:
                        file.seek(reading.offset)
                        while data := file.read(PIECE):
                            self._take(reading, data)
                    return True
            except OSError:
                continue  # not there, or no file: an agent may have put anything there
        return False

    def _take(self, reading: _Reading, data: bytes) -> None:
        reading.offset += len(data)
        *lines, reading.rest = (reading.rest + data).split(b"\n")
        for line in lines:
            if line.strip():
                self._count(line)

    def _count(self, line: bytes) -> None:
        try:
            told = _DECODER.decode(line)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return  # ingest tells of it; here it is nothing that was used
        for resource in told.resourceSpans:
            attributes = _plain(resource.resource.attributes)
            used = Usage()
            for scope in resource.scopeSpans:
                for span in scope.spans:
                    used = used.plus(self._used(span))
            if attributes.get(conventions.SERVICE_NAME) == PROXY:
                self._outside = self._outside.plus(used)
            else:
                self._inside = self._inside.plus(used)

    def _used(self, span: _Span) -> Usage:
        attributes = _plain(span.attributes)
        kind = str(attributes.get(conventions.SPAN_KIND) or "").upper()
        operation = attributes.get(conventions.OPERATION_NAME)
        lost = _amount(attributes.get(conventions.SPANS_LOST))
        if kind == "TOOL" or operation == "execute_tool":
            return Usage(tool_calls=1, spans=1, lost=lost)
        if kind != "LLM" and operation not in ("chat", "text_completion", "generate_content"):
            return Usage(spans=1, lost=lost)
        came_to_nothing = span.status.get("code") in (ERROR, "STATUS_CODE_ERROR")
        self.last_call_failed = came_to_nothing
        sent_again = bool(attributes.get(RESEND_COUNT))
        tokens = tokens_of(attributes)
        return Usage(
            turns=0 if came_to_nothing or sent_again else 1,
            tokens=tokens.total,
            cost_usd=self._cost(attributes, tokens),
            spans=1,
            lost=lost,
        )

    def _cost(self, attributes: Mapping[str, Any], tokens: Tokens) -> float:
        told = attributes.get(_COST)
        if isinstance(told, int | float):
            return max(0.0, float(told))
        models = [str(attributes[name]) for name in _MODELS if name in attributes]
        return self.prices.cost(models, tokens)


def _amount(value: object) -> int:
    """Return a count that somebody told; what is none, or below nothing, is nothing."""
    return min(LARGEST_COUNT, max(0, int(value))) if isinstance(value, int | float) else 0


def _plain(attributes: list[dict[str, Any]]) -> dict[str, Any]:
    return dict(_pairs(attributes))


def _pairs(attributes: list[dict[str, Any]]) -> Iterator[tuple[str, Any]]:
    for each in attributes:
        value = each.get("value")
        if isinstance(value, dict):
            for kind, inner in value.items():
                if (plain := _value(kind, inner)) is not None:
                    yield str(each.get("key")), plain


def _value(kind: str, inner: object) -> object:
    """Return what an attribute says; None where that is not what its kind says it is."""
    if kind == "intValue" and isinstance(inner, str):
        inner = _integer(inner)
    wanted = _TYPES.get(kind)
    if wanted is None or not isinstance(inner, wanted):
        return None
    return inner if not isinstance(inner, int | float) or abs(inner) <= _LARGEST else None


def _integer(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
