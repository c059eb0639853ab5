"""A request of OTLP JSON down to its records, which stay the bytes that they came in."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final, Literal

import msgspec

from midspan.pipelines.watch.splitting.bounds import require_json_of_some_size
from midspan.pipelines.watch.splitting.traces import Unreadable

Signal = Literal["spans", "logs"]


_NOTHING: Final = msgspec.Raw()


class Library(msgspec.Struct, gc=False):
    """The records of one library, as the bytes that they came in."""

    scope: msgspec.Raw = _NOTHING
    records: list[msgspec.Raw] = []
    schemaUrl: msgspec.Raw = _NOTHING


class _SpanLibrary(Library, gc=False):
    records: list[msgspec.Raw] = msgspec.field(default_factory=list, name="spans")


class _LogLibrary(Library, gc=False):
    records: list[msgspec.Raw] = msgspec.field(default_factory=list, name="logRecords")


class _SpanSender(msgspec.Struct, rename={"libraries": "scopeSpans"}, gc=False):
    resource: msgspec.Raw = _NOTHING
    libraries: list[_SpanLibrary] = []
    schemaUrl: msgspec.Raw = _NOTHING


class _LogSender(msgspec.Struct, rename={"libraries": "scopeLogs"}, gc=False):
    resource: msgspec.Raw = _NOTHING
    libraries: list[_LogLibrary] = []
    schemaUrl: msgspec.Raw = _NOTHING


class _Spans(msgspec.Struct, rename={"senders": "resourceSpans"}, gc=False):
    senders: list[_SpanSender] = []


class _Logs(msgspec.Struct, rename={"senders": "resourceLogs"}, gc=False):
    senders: list[_LogSender] = []


Sender = _SpanSender | _LogSender


_SPANS: Final = msgspec.json.Decoder(_Spans)
_LOGS: Final = msgspec.json.Decoder(_Logs)
_WORDS: Final = {
    "spans": (b"resourceSpans", b"scopeSpans", b"spans"),
    "logs": (b"resourceLogs", b"scopeLogs", b"logRecords"),
}
_MEANT: Final = (b"span_id", b"spanId", b"timeUnixNano", b"time_unix_nano", b"Metrics")
"""What stands in a request that holds something, in whatever spelling."""


def senders_of(body: bytes, signal: Signal) -> Sequence[Sender]:
    """Return the senders of a request; `Unreadable` says why it is none."""
    require_json_of_some_size(body)
    # Within JSON such a byte can only be space: it may not stand in a text.
    line = body.replace(b"\n", b" ").replace(b"\r", b" ")
    try:
        senders: Sequence[Sender] = (_SPANS if signal == "spans" else _LOGS).decode(line).senders
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    except ValueError as error:
        raise Unreadable(f"not an export request as OTLP JSON: {error}") from None
    if not any(library.records for sender in senders for library in sender.libraries) and any(
        name in body for name in _MEANT
    ):
        request, _, records = (word.decode() for word in _WORDS[signal])
        raise Unreadable(f"no {records} where OTLP JSON has them, below {request}")
    return senders


def joined(
    signal: Signal, senders: Sequence[Sender], pieces: Sequence[tuple[int, int, bytes]]
) -> bytes:
    """Return a request of these records, each with its sender's and its library's number.

    It is one line, and what is between its first `[` and its last `]` can go into another one.
    """
    request, libraries, records = _WORDS[signal]
    of_senders = []
    for number, of_sender in groupby(pieces, key=itemgetter(0)):
        sender = senders[number]
        of_libraries = []
        for place, of_library in groupby(of_sender, key=itemgetter(1)):
            library = sender.libraries[place]
            texts = b",".join([piece[2] for piece in of_library])
            fields = [
                (b"scope", bytes(library.scope)),
                (records, b"[%b]" % texts),
                (b"schemaUrl", bytes(library.schemaUrl)),
            ]
            of_libraries.append(_object(fields))
        fields = [
            (b"resource", bytes(sender.resource)),
            (libraries, b"[%b]" % b",".join(of_libraries)),
            (b"schemaUrl", bytes(sender.schemaUrl)),
        ]
        of_senders.append(_object(fields))
    return b'{"%b":[%b]}' % (request, b",".join(of_senders))


def _object(fields: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Return an object with those of its fields that there are."""
    texts = [b'"%b":%b' % (name, value) for name, value in fields if value]
    return b"{%b}" % b",".join(texts)
