"""Batches: runs that are complete, scored in a small workspace and put into the large one."""

from midspan.pipelines.watch.batches.batches import MADE_AGAIN, Batch, Batches, scored_batch
from midspan.pipelines.watch.batches.making import BatchSettings, Made, make_batch, write_payloads
from midspan.pipelines.watch.batches.records import OutdatedError

__all__ = [
    "MADE_AGAIN",
    "Batch",
    "BatchSettings",
    "Batches",
    "Made",
    "OutdatedError",
    "make_batch",
    "scored_batch",
    "write_payloads",
]
