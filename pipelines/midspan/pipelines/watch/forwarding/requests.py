"""Entries that follow each other, as requests of bounded size."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from midspan.pipelines.watch.backlog import BacklogReader, Encoding, Kind, Located
from midspan.pipelines.watch.backlog.entry import Damaged

MOST_SPANS: Final = 512
MOST_BYTES: Final = 4 * 2**20
CONTENT_TYPES: Final[dict[Encoding, str]] = {
    "json": "application/json",
    "protobuf": "application/x-protobuf",
}
_BEGINS: Final[dict[Kind, bytes]] = {
    "traces": b'{"resourceSpans":[',
    "logs": b'{"resourceLogs":[',
}
_ENDS: Final = b"]}"


class Group(NamedTuple):
    """Entries that go into one request."""

    kind: Kind
    encoding: Encoding
    found: list[Located]

    @property
    def spans(self) -> int:
        """Return how many spans or log records they hold."""
        return sum(each.header.spans for each in self.found)


def groups(located: Iterable[Located]) -> Iterator[Group]:
    """Yield entries in order, in groups that fit into one request each."""
    group: Group | None = None
    size = 0
    for each in located:
        signal = (each.header.kind, each.header.encoding)
        if group is not None and (
            signal != (group.kind, group.encoding)
            or group.spans + each.header.spans > MOST_SPANS
            or size + each.size > MOST_BYTES
        ):
            yield group
            group = None
        if group is None:
            group, size = Group(*signal, []), 0
        group.found.append(each)
        size += each.size
    if group is not None:
        yield group


def body_of(group: Group, reader: BacklogReader) -> tuple[bytes | None, int]:
    """Return one request of all entries of a group, and how many spans cannot be read any more.

    None if there is nothing to send.
    """
    payloads = []
    unreadable = 0
    for each in group.found:
        try:
            payloads.append(reader.payload(each.position))
        except (Damaged, FileNotFoundError):
            unreadable += each.header.spans
    body = joined(group.kind, group.encoding, payloads) if payloads else None
    return body, unreadable


def joined(kind: Kind, encoding: Encoding, payloads: Sequence[bytes]) -> bytes:
    """Return several requests as one; in protobuf that is one behind the other.

    >>> joined("logs", "json", [b'{"resourceLogs":[1]}', b'{"resourceLogs":[2]}'])
    b'{"resourceLogs":[1,2]}'
    """
    if encoding == "protobuf":
        return b"".join(payloads)
    begins = _BEGINS[kind]
    inside = [each.removeprefix(begins).removesuffix(_ENDS) for each in payloads]
    return begins + b",".join(inside) + _ENDS
