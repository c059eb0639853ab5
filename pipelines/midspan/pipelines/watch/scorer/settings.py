"""What a scorer is started with."""

from dataclasses import dataclass

from midspan.pipelines.watch.backlog.segments import SEGMENT_BYTES
from midspan.pipelines.watch.batches.making import BatchSettings
from midspan.pipelines.watch.shared_settings import WaitingSettings


@dataclass(frozen=True, kw_only=True)
class ScorerSettings(BatchSettings, WaitingSettings):
    """How long to wait for runs, how many processes make batches, and where all of it stands.

    `finish`: what is there is scored without waiting for more of it, and then the scorer ends.
    """

    workers: int = 2
    finish: bool = False
    segment_bytes: int = SEGMENT_BYTES
