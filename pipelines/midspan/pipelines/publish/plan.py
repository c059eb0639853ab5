"""The walk over a workspace: whole runs at a time, the next ones read while these are sent."""

import queue
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

import polars as pl

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.scoring.chunks import Chunks
from midspan.pipelines.workspace import Workspace

STEPS: Final = 4_000
"""Steps that are read at once: some hundred runs, some ten megabytes of texts."""

DEFAULT_PROJECT: Final = "default"

STOPPING_SECONDS: Final = 5.0

Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True, eq=False)
class Portion:
    """Whole runs that are published together, and all that the workspace says of them.

    `runs` has the column `project`: where the run goes. `text` and `calls` are left on disk until
    somebody collects them.
    """

    runs: pl.DataFrame
    spans: pl.DataFrame
    scores: pl.DataFrame
    text: pl.LazyFrame
    calls: pl.LazyFrame
    tools: pl.LazyFrame


class Walk:
    """The runs that are asked for, in portions; their files stay in place as long as it lives."""

    def __init__(self, workspace: Workspace, asked: Asked, *, steps: int = STEPS) -> None:
        """Look up which runs there are."""
        self._asked = asked
        self._chunks = Chunks(workspace, asked.setting, steps=steps)
        self._tools = workspace.table("tools").collect().lazy()

    def portions(self) -> Iterator[Portion]:
        """Yield the runs, some at a time."""
        for chunk in self._chunks.every:
            if not chunk.runs:
                continue  # Scores of runs that are gone: nobody could look at them.
            runs = wanted_runs(self._chunks.frame("runs", chunk), self._asked).collect()
            if runs.is_empty():
                continue
            ids = runs["run_id"].implode()
            of_these = pl.col("run_id").is_in(ids)
            spans, scores = pl.collect_all(
                self._chunks.frame(name, chunk).filter(of_these) for name in ("spans", "scores")
            )
            yield Portion(
                runs=runs,
                spans=spans,
                scores=scores,
                text=self._chunks.frame("text", chunk).filter(of_these),
                calls=self._chunks.frame("calls", chunk).filter(of_these),
                tools=self._tools,
            )


def wanted_runs(runs: pl.LazyFrame, asked: Asked) -> pl.LazyFrame:
    """Return the runs that are asked for, with the column `project`: where each goes."""
    if asked.since_ns is not None:
        runs = runs.filter(pl.col("start_ns") >= asked.since_ns)
    named = pl.col("experiment").fill_null(DEFAULT_PROJECT)
    return runs.with_columns(project=named if asked.project is None else pl.lit(asked.project))


def ahead(items: Iterable[Item], *, depth: int = 1) -> Iterator[Item]:
    """Yield the items, of which the next ones are made meanwhile, at most `depth` of them.

    >>> list(ahead(range(3)))
    [0, 1, 2]
    """
    ready: queue.Queue[tuple[bool, Item | BaseException | None]] = queue.Queue(depth)
    stopped = threading.Event()

    def put(is_item: bool, what: Item | BaseException | None) -> bool:
        while not stopped.is_set():
            try:
                ready.put((is_item, what), timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def make() -> None:
        try:
            for item in items:
                if not put(True, item):
                    return
            put(False, None)
        except BaseException as error:
            put(False, error)

    maker = threading.Thread(target=make, name="midspan-ahead", daemon=True)
    maker.start()
    try:
        while True:
            is_item, what = ready.get()
            if is_item:
                yield what  # type: ignore[misc]
            elif isinstance(what, BaseException):
                raise what
            else:
                return
    finally:
        stopped.set()
        # Not for ever: it may be waiting for a server while a person waits for the end.
        maker.join(STOPPING_SECONDS)
