"""Takes the finished files of a run to where they are kept: each whole, the record last."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from midspan.pipelines.storage.plain import open_plain
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.worker.segments import segments
from midspan.scorers.errors import SurroundingsError

PAUSES: Final = (0.5, 2.0, 8.0)
"""Seconds before each further try: a mount of a bucket may be away for a moment."""


def publish_run(
    here: SweepFolder,
    there: SweepFolder,
    run_id: str,
    launch: int,
    *,
    pauses: Sequence[float] = PAUSES,
) -> list[str]:
    """Copy what a launch left; nothing there is ever appended to, renamed or written twice.

    Return what was left out: an agent may have made anything of its sessions.
    """
    for source in segments(here.spool, run_id, launch):
        _copy(source, there.spool / source.name, pauses)
    left_out = []
    sessions = here.sessions_of(run_id, launch)
    try:
        files = _plain_files(sessions)
    except (OSError, RecursionError) as error:
        files = []
        left_out.append(f"{sessions} is not published: {_why(error)}")
    for source in files:
        if why := _unreadable(source):
            left_out.append(f"{source} is not published: {why}")
        else:
            target = there.sessions_of(run_id, launch) / source.relative_to(sessions)
            _copy(source, target, pauses)
    log = here.log_of(run_id, launch)
    if log.exists():
        _copy(log, there.log_of(run_id, launch), pauses)
    publish_record(here, there, run_id, launch, pauses=pauses)
    return left_out


def publish_record(
    here: SweepFolder,
    there: SweepFolder,
    run_id: str,
    launch: int,
    *,
    pauses: Sequence[float] = PAUSES,
) -> None:
    """Copy the record of a launch."""
    _copy(here.result_of(run_id, launch), there.result_of(run_id, launch), pauses)


def _plain_files(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if not path.is_symlink() and path.is_file())
    return sorted(found)


def _unreadable(path: Path) -> str | None:
    try:
        open_plain(path).close()
    except OSError as error:
        return _why(error)
    return None


def _why(error: Exception) -> str:
    return (isinstance(error, OSError) and error.strerror) or type(error).__name__


def _copy(source: Path, target: Path, pauses: Sequence[float]) -> None:
    for pause in (*pauses, None):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            return
        except OSError as error:
            if pause is None:
                raise SurroundingsError(
                    f"{target} cannot be written: {error.strerror or error}",
                    fix=f"The run is kept in {source.parent}; once {target.parent} can be "
                    "written to, the same command goes on",
                ) from error
            time.sleep(pause)
