"""Tails a Phoenix project: what comes to it is set down in the backlog, as if it were received."""

import hashlib
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec

from midspan.pipelines.ingest.raw import RawSpan, Rejected
from midspan.pipelines.ingest.sources.phoenix import PhoenixSource
from midspan.pipelines.ingest.sources.server import Cursor
from midspan.pipelines.publish.exchange import Patience
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.watch.backlog import Entry
from midspan.pipelines.watch.figures import Figures
from midspan.pipelines.watch.tails.entries import entries
from midspan.pipelines.watch.tails.settings import TailSettings
from midspan.pipelines.watch.troubles import Troubles, reason_of
from midspan.scorers.errors import Exit, InvalidInput, SurroundingsError

OVERLAP: Final = 30.0
"""Seconds after which what was read is read again, once: rows get their numbers before they can be
seen, so that of two that are stored at once the later one may be seen first."""

POLL: Final = 1.0
LONGEST_POLL: Final = 30.0
ANSWERED_WITHIN: Final = 20.0
LEFT: Final = "unread.jsonl"

Key = tuple[str, str]


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """How far the project was read for good, as it stands on disk."""

    source: str
    cursor: dict[str, Any]


class Sink(Protocol):
    """Takes entries: when `append` has returned, they outlive the process."""

    def append(self, entries: Sequence[Entry]) -> object:
        """Take entries, all or none."""
        ...


class PhoenixTail:
    """One project, how far it was read, and what was read since."""

    def __init__(
        self,
        settings: TailSettings,
        *,
        sink: Sink,
        figures: Figures,
        overlap: float = OVERLAP,
        patience: Patience | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """Know how far it was read."""
        self._settings, self._sink, self._figures = settings, sink, figures
        self._overlap, self._patience = overlap, patience or Patience(deadline=ANSWERED_WITHIN)
        self._clock, self._wall_ns = clock, wall_ns
        name = hashlib.blake2b(settings.source.encode(), digest_size=8).hexdigest()
        self.path = settings.state / "marks" / f"tail-{name}.json"
        self._cursor: Cursor = self._read()
        """Before it nothing comes any more; where reading begins after a restart."""

        self._last: Cursor = self._cursor
        self._marked: Cursor = self._cursor
        """How far it was read when it was last read again from the cursor."""

        self._again_at = clock() + overlap
        self._seen: dict[Key, float] = {}
        """Spans that were read since the cursor, and when."""

        self.rejected, self._troubles = 0, Troubles()

    def run(self, stop: threading.Event) -> None:
        """Read what comes, until told to stop; a server that is away is waited for."""
        wait, what = POLL, f"{self._settings.source} cannot be read"
        while not stop.is_set():
            try:
                spans = 0 if self._settings.is_full() else self.step()
                self._figures.gauge("tail_source_away", 0)
                self._troubles.over(what)
                wait = POLL if spans else min(wait * 1.5, 5 * POLL)
            except (SurroundingsError, InvalidInput, OSError) as error:
                # The server is away, the project not made yet, or the disk full: it may pass.
                self._figures.gauge("tail_source_away", 1)
                self._figures.count("tail_failures", reason=type(error).__name__)
                self._troubles.refused(what, reason_of(error))
                wait = min(2 * wait, LONGEST_POLL)
            self._figures.write()
            stop.wait(wait)

    def step(self) -> int:
        """Read what is new; return how many spans that were."""
        now = self._clock()
        again = now >= self._again_at and self._last != self._cursor
        number = 0
        with PhoenixSource(self._settings.source, patience=self._patience) as source:
            for page in source.pages(self._cursor if again else self._last):
                items = {key: item for item in page.items if (key := _key(item)) not in self._seen}
                spans = [item for item in items.values() if isinstance(item, RawSpan)]
                self._sink.append(entries(spans, received_ns=self._wall_ns()))
                for item in items.values():
                    if isinstance(item, Rejected):
                        self._leave(item)
                self._seen |= dict.fromkeys(items, now)
                self._last = page.cursor
                number += len(spans)
        self._figures.count("tail_spans_read", number)
        if again:
            since = self._again_at - self._overlap
            self._seen = {key: at for key, at in self._seen.items() if at >= since}
            self._cursor, self._marked = self._marked, self._last
            self._again_at = now + self._overlap
            self._write()
        return number

    def once(self) -> Exit:
        """Read what is there, and begin behind it the next time; 3: some cannot be read."""
        self.step()
        self._cursor = self._marked = self._last
        self._write()
        self._figures.write()
        return Exit.IN_PART if self.rejected else Exit.DONE

    def _leave(self, item: Rejected) -> None:
        """Note a span that cannot be read."""
        self.rejected += 1
        self._figures.count("tail_spans_rejected")
        path = self._settings.state / LEFT
        line = {"source": self._settings.source, "row": item.position, "reason": item.reason}
        with explained(path), path.open("ab") as content:
            content.write(msgspec.json.encode(line | {"raw": item.raw}) + b"\n")

    def _read(self) -> Cursor:
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=Kept).cursor
        except FileNotFoundError:
            return {}
        except msgspec.DecodeError:
            return {}  # Read from its begin: spans that are there already are merged.

    def _write(self) -> None:
        kept = Kept(source=self._settings.source, cursor=dict(self._cursor))
        unfinished: Path = self.path.with_name(f"{self.path.name}.part")
        with explained(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_bytes(msgspec.json.encode(kept))
            unfinished.replace(self.path)


def _key(item: RawSpan | Rejected) -> Key:
    if isinstance(item, RawSpan):
        return item.trace_id, item.span_id
    return "", str(item.position)
