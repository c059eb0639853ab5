"""Keeps every finished span in a file of its run: the record that scores are made from.

A span is in its file when `end` returns, by one write of one whole line: whatever kills the agent
leaves complete lines. Nothing here raises into the agent; spans that are lost are counted. Where a
signal handler of the agent raises meanwhile, the span is written all the same, at worst twice,
which ingest merges; then the handler's error goes on.
"""

import functools
import logging
import os
import weakref
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from opentelemetry.context import Context
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor
from opentelemetry.trace import format_trace_id

from midspan.instrumentation import conventions
from midspan.instrumentation.context import current_scope, environment_run
from midspan.instrumentation.interruptions import let_through
from midspan.instrumentation.otlp_json import encode_line
from midspan.instrumentation.report import SpoolReport
from midspan.instrumentation.run_context import normalised_run_id
from midspan.instrumentation.segment import Segment, Sync
from midspan.instrumentation.turns import Turns
from midspan.instrumentation.workers import at_end_of_worker

logger = logging.getLogger(__name__)

Encode = Callable[[ReadableSpan, int], bytes]
"""What writes a span as a line, and the number of spans that were lost before it."""

SEGMENT_BYTES: Final = 64 * 2**20
OPEN_FILES: Final = 128


@dataclass(kw_only=True)
class Tally:
    """What has been written for one run."""

    launch: int
    written: int = 0
    lost: int = 0
    told: int = 0
    """Of the lost, how many a span that was written tells of."""


class SpoolProcessor(SpanProcessor):
    """Writes each span as it ends to `<run_id>-<launch>.otlp.jsonl` in one directory."""

    def __init__(
        self,
        directory: Path,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        open_files: int = OPEN_FILES,
        encode: Encode = encode_line,
        sync: Sync = "never",
    ) -> None:
        """Keep where to write; the directory is made with the first span."""
        self.directory = directory
        self._segment_bytes = segment_bytes
        self._open_files = open_files
        self._encode = encode
        self._sync = sync
        self._turns = Turns()
        self._segments: OrderedDict[str, Segment] = OrderedDict()
        self._tallies: dict[str, Tally] = {}
        self._warned = False
        self._shut = False
        _after_fork(weakref.WeakMethod(self._start_over))
        at_end_of_worker(self)

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """See to it that the file of the run closes when its `run` block is left."""
        scope = current_scope()
        if scope is None or self in scope.at_exit or scope.context.run_id is None:
            return
        run_id, launch = scope.context.run_id, scope.context.launch
        self._turns.take(functools.partial(self._begin, run_id, launch))
        scope.at_exit[self] = functools.partial(self.close_run, run_id)

    def on_end(self, span: ReadableSpan) -> None:
        """Write the span."""
        if span.context is not None and span.context.trace_flags.sampled:
            self._turns.take(functools.partial(self._keep, span, span.context.trace_id))

    def report(self, run_id: str) -> SpoolReport:
        """Return how many spans of a run this process wrote and lost, in its latest launch."""
        tally = self._tallies.get(normalised_run_id(run_id), Tally(launch=0))
        return SpoolReport(written=tally.written, lost=tally.lost)

    def close_run(self, run_id: str) -> None:
        """Close the file of a run; a span that ends later goes to a further segment."""
        self._turns.take(functools.partial(self._close_run, run_id))

    def shutdown(self) -> None:
        """Close all files; spans that end later are lost, and counted."""
        self._turns.take(self._shut_down)

    def _begin(self, run_id: str, launch: int) -> None:
        if self._tally(run_id).launch != launch:
            self._tallies[run_id] = Tally(launch=launch)

    def _keep(self, span: ReadableSpan, trace_id: int) -> None:
        given = (span.attributes or {}).get(conventions.RUN_ID)
        run_id = normalised_run_id(str(given or format_trace_id(trace_id)))
        tally = self._tally(run_id)
        line = self._line(span, tally.lost - tally.told)
        if line is not None and self._write(f"{run_id}-{tally.launch}", line):
            tally.written += 1
            tally.told = tally.lost
        else:
            tally.lost += 1
        if given is None and (span.parent is None or span.parent.is_remote):
            # A trace outside any run is over with its root; a service would pile them up otherwise.
            self._close_run(run_id)
            self._tallies.pop(run_id, None)

    def _close_run(self, run_id: str) -> None:
        tally = self._tallies.get(run_id)
        if tally is not None:
            self._close(f"{run_id}-{tally.launch}")

    def _shut_down(self) -> None:
        self._shut = True
        for stem in list(self._segments):
            self._close(stem)

    def _line(self, span: ReadableSpan, lost: int) -> bytes | None:
        try:
            return self._encode(span, lost)
        except Exception as error:
            let_through(error)
            self._warn(f"span {span.name!r}: {error}")
            return None

    def _tally(self, run_id: str) -> Tally:
        if run_id not in self._tallies:
            told = environment_run()
            self._tallies[run_id] = Tally(launch=told.launch if told else 0)
        return self._tallies[run_id]

    def _write(self, stem: str, line: bytes) -> bool:
        if self._shut:
            self._warn("it was shut down before the span ended")
            return False
        try:
            segment = self._segments.get(stem) or self._create(stem)
            segment.write(line)
        except OSError as error:
            let_through(error)
            self._warn(error)
            return False
        self._segments.move_to_end(stem)
        if segment.size >= self._segment_bytes:
            self._close(stem)
        return True

    def _create(self, stem: str) -> Segment:
        if len(self._segments) >= self._open_files:
            self._close(next(iter(self._segments)))
        segment = self._segments[stem] = Segment.create(self.directory, stem, self._sync)
        return segment

    def _close(self, stem: str) -> None:
        segment = self._segments.get(stem)
        if segment is not None:
            try:
                segment.close()
            except OSError as error:
                let_through(error)
                self._warn(error)
            self._segments.pop(stem, None)

    def _warn(self, reason: object) -> None:
        if not self._warned:
            self._warned = True
            logger.warning(
                "the spool %s cannot keep every span: %s (further losses are only counted)",
                self.directory,
                reason,
            )

    def _start_over(self) -> None:
        """Leave the open files to the parent process and begin segments of its own."""
        self._turns = Turns()
        for segment in self._segments.values():
            segment.abandon()
        self._segments.clear()
        self._tallies = {run_id: Tally(launch=t.launch) for run_id, t in self._tallies.items()}
        at_end_of_worker(self)


def _after_fork(method: weakref.WeakMethod[Callable[[], None]]) -> None:
    def call() -> None:
        live = method()
        if live is not None:
            live()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=call)
