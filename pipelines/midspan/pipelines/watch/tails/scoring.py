"""Files into the workspace: read, scored, taken in and left for the publisher, as one batch."""

import shutil
from collections.abc import Callable, Sequence
from typing import Final

from midspan.pipelines.ingest.streams import KeptStream
from midspan.pipelines.watch.batches import MADE_AGAIN, Batches
from midspan.pipelines.watch.batches.making import Made, make_batch
from midspan.pipelines.watch.batches.records import OutdatedError
from midspan.pipelines.watch.figures import Figures
from midspan.pipelines.watch.tails.listing import Location
from midspan.pipelines.watch.tails.settings import TailSettings
from midspan.scorers.errors import SurroundingsError

LABELS: Final = {
    "runs_scored": "outcome",
    "calls": "fault",
    "responses": "kind",
    "parses": "result",
}
"""Counters of what batches hold, and the label of each."""


class Scoring:
    """Makes batches of files."""

    def __init__(
        self,
        settings: TailSettings,
        figures: Figures,
        *,
        at: Callable[[str], None] = lambda step: None,
    ) -> None:
        """Clear away what a killed process left unfinished; `at` is called before each step."""
        self._settings, self._figures = settings, figures
        self._batches = Batches.begin(settings, at=at)
        self._ready: tuple[list[Location | KeptStream], Made] | None = None

    def __call__(self, paths: Sequence[Location | KeptStream]) -> int:
        """Return how much was quarantined of some files, once the workspace has the rest.

        What could not be taken in, as another command writes there, is made ready for another time.
        """
        for _ in range(MADE_AGAIN):
            made = self._made(paths)
            if made is None:
                return 0
            quarantined = int(made.small.table("quarantine").collect().height)
            try:
                self._batches.take_in(made)
            except OutdatedError:
                self._drop()
                continue
            self._ready = None
            self._count(made)
            self._figures.count("tail_quarantined", quarantined)
            return quarantined
        raise SurroundingsError(
            f"{self._settings.workspace}: its runs change all the time",
            fix="Let nothing else write there meanwhile.",
        )

    def _made(self, paths: Sequence[Location | KeptStream]) -> Made | None:
        """Return the batch of some files; the one that was made before, if it is of the same."""
        if self._ready is not None and self._ready[0] == list(paths):
            return self._ready[1]
        self._drop()
        folder = self._batches.new_folder()
        try:
            made = make_batch(paths, folder, self._settings)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if made is None:
            shutil.rmtree(folder, ignore_errors=True)
            return None
        self._ready = (list(paths), made)
        return made

    def _drop(self) -> None:
        """Remove a batch that nobody waits for any more."""
        if self._ready is not None:
            shutil.rmtree(self._ready[1].folder, ignore_errors=True)
            self._ready = None

    def _count(self, made: Made) -> None:
        self._figures.count("spans_scored", made.spans)
        self._figures.count("batches")
        self._figures.count("runs_late", len(made.joined.runs))
        for counter, counts in made.figures.items():
            for label, number in counts.items():
                self._figures.count(counter, number, **{LABELS[counter]: label})
