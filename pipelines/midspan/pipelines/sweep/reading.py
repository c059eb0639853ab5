"""What the workspace of a sweep is made from: the runs that are planned, and no others.

A suite that was changed leaves runs behind. In tables they would stand in the cells of those that
took their place, and nothing could be told from comparing them.
"""

import warnings
from collections.abc import Mapping
from itertools import count
from pathlib import Path

from midspan.pipelines.records import PLAN_FILE
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.standing import runs_of_files, strangers
from midspan.pipelines.sweep.stored import runs_in


def planned_files(folder: SweepFolder, instead: Mapping[Path, Path] | None = None) -> list[Path]:
    """Return what is to be ingested: the spool, or of one with other runs the files of its own.

    `instead` are records that take the place of those in the spool.
    """
    planned, instead = _run_ids(folder.plan), instead or {}
    if not instead and not strangers(planned, folder.spool):
        return [folder.spool]
    files = runs_of_files(folder.spool)
    # What is empty was only just opened; named, it would be taken for a mistake.
    ours = [path for path, run_id in files.items() if run_id in planned and path.stat().st_size]
    return [folder.plan, *(instead.get(path, path) for path in sorted(ours))]


def set_aside_workspace(folder: SweepFolder) -> Path | None:
    """Return where a workspace was moved that holds runs of an earlier plan; it is made anew."""
    left = _run_ids(folder.workspace / PLAN_FILE) - _run_ids(folder.plan)
    if not left:
        return None
    places = (folder.root / f"workspace.before-{number}" for number in count(1))
    aside = next(place for place in places if not place.exists())
    with explained(folder.workspace):
        folder.workspace.rename(aside)
    runs = "1 run that is" if len(left) == 1 else f"{len(left):,} runs that are"
    begun = len(left & set(runs_of_files(folder.spool).values()))
    of_them = "" if begun == len(left) else f" ({begun:,} of them had begun)"
    warnings.warn(
        f"{folder.workspace} holds {runs} planned no more{of_them}: it is made anew, "
        f"and what it was is in {aside}",
        stacklevel=2,
    )
    return aside


def _run_ids(plan: Path) -> set[str]:
    return {run.run_id for run in runs_in(plan)}
