"""Launches whose worker was killed before it could say how they ended."""

from collections.abc import Sequence
from pathlib import Path

from midspan.instrumentation.segment import PART, SUFFIX
from midspan.pipelines.records import ResultRecord, result_path, write_result
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.worker.publishing import publish_record


def record_lost_launches(
    run_id: str, next_launch: int, folder: SweepFolder, publish_to: SweepFolder | None
) -> None:
    """Write down of earlier launches without a record that the platform ended them.

    The run has to be ours. Without it, what scoring reads from their spans would stand for the run
    where no later launch comes to anything, though nobody has looked at what the agent left.
    """
    spools = [place.spool for place in (folder, publish_to) if place is not None]
    for launch in range(next_launch):
        if not _is_lost(run_id, launch, spools):
            continue
        record = ResultRecord(run_id=run_id, launch=launch, ended_by="platform")
        with explained(folder.spool):
            write_result(folder.spool, record)
        if publish_to is not None:
            publish_record(folder, publish_to, run_id, launch)


def _is_lost(run_id: str, launch: int, spools: Sequence[Path]) -> bool:
    if any(result_path(spool, run_id, launch).exists() for spool in spools):
        return False
    names = (f"{run_id}-{launch}{SUFFIX}", f"{run_id}-{launch}{SUFFIX}{PART}")
    return any((spool / name).exists() for spool in spools for name in names)
