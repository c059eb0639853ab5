"""The change of a workspace: files are written beside the tables, then moved in, all or nothing.

A crash leaves the old state or the new one: what a journal says is done by whoever comes next.
"""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from midspan.pipelines.storage import journal
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.storage.locks import only_writer, readers_kept_out
from midspan.pipelines.storage.parts import (
    PARTS,
    SINGLE,
    PartList,
    described,
    found_parts,
    generations,
    read_list,
    table_of,
    write_list,
)
from midspan.pipelines.storage.settings import SETTINGS
from midspan.pipelines.storage.soundness import Soundness, require_parquet
from midspan.scorers.tables import ALL

UNFINISHED: Final = ".unfinished"
"""Where a writer sets down files until they are moved in."""


@contextmanager
def only_change(
    workspace: Path, soundness: Soundness, *, seconds: float | None = None
) -> Iterator[Path]:
    """Hold a workspace for one writer, and give it a directory for unfinished files.

    What a killed writer had begun to move in is finished first; the rest of it is removed. Nothing
    is changed where a file is not as it was written.
    """
    with only_writer(workspace, seconds=seconds), explained(workspace):
        journal.finish(workspace, workspace / SETTINGS)
        _clear_superseded(workspace)
        _require_sound(workspace, soundness)
        scratch = workspace / UNFINISHED
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        try:
            yield scratch
        finally:
            # A journal that could not be worked off needs its files: the next writer has them.
            if not journal.is_begun(workspace):
                shutil.rmtree(scratch)


def apply(
    workspace: Path,
    *,
    moves: Mapping[Path, Path],
    removed: Sequence[Path],
    buckets: int | None = None,
) -> None:
    """Move finished files into place and take superseded ones away; the list says so with them.

    `buckets` is how many the workspace has from then on, if that is what changes.
    """
    before = read_list(workspace) or PartList(
        parts={name: described(workspace / name) for name in _found(workspace)}
    )
    gone = [str(path.relative_to(workspace)) for path in removed]
    parts = {name: part for name, part in before.parts.items() if name not in gone}
    for source, target in moves.items():
        name = str(target.relative_to(workspace))
        if table_of(name) or name in SINGLE:
            parts[name] = described(source)
    still = [name for name in before.superseded if (workspace / name).exists()]
    new_list = workspace / UNFINISHED / PARTS
    write_list(new_list, PartList(parts=parts, superseded=[*still, *gone]))
    journal.begin(workspace, {**moves, new_list: workspace / PARTS}, removed, buckets=buckets)
    journal.finish(workspace, workspace / SETTINGS)


def next_generation(workspace: Path) -> int:
    """Return the number of the next change, with which names of new files begin."""
    listed = read_list(workspace)
    names = [*listed.parts, *listed.superseded] if listed else _found(workspace)
    return 1 + generations(names)


def _found(workspace: Path) -> list[str]:
    """Return every file that is there, for a workspace that has no list yet."""
    tables = [name for table in ALL for name in found_parts(workspace, table)]
    require_parquet(workspace, tables)
    return [*tables, *(name for name in SINGLE if (workspace / name).is_file())]


def _require_sound(workspace: Path, soundness: Soundness) -> None:
    """Raise what is wrong with any file, before anything is made of what is left."""
    parts = (read_list(workspace) or PartList()).parts
    soundness.require(parts, whole=False)
    soundness.require({name: parts[name] for name in SINGLE if name in parts}, whole=True)


def _clear_superseded(workspace: Path) -> None:
    """Take away files whose rows stand in others now, unless somebody reads them still."""
    listed = read_list(workspace) or PartList()
    left = [workspace / name for name in listed.superseded if (workspace / name).exists()]
    if left:
        with readers_kept_out(workspace / SETTINGS) as alone:
            for path in left if alone else ():
                path.unlink()
