"""Many small files of a table become fewer: what each change costs stays the same as they grow."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from midspan.pipelines.storage.contract import ORDER
from midspan.pipelines.storage.rewriting import rewritten
from midspan.pipelines.workspace import Workspace

TOGETHER: Final = 8
"""So many files of about one size become one."""

SMALLEST: Final = 64 * 2**10
LARGEST: Final = 64 * 2**20
"""Larger files stay as they are, and none is made that is larger."""


def merge_small_parts(workspace: Workspace, *, largest: int = LARGEST) -> int:
    """Return how many files went into others; another writer meanwhile is an error.

    None is made that is larger than the `largest`: who cannot wait for long asks for less.
    """
    with workspace.writing(seconds=0) as scratch:
        moves, removed = small_parts_merged(workspace, scratch, largest=largest)
        if removed:
            workspace.apply(moves=moves, removed=removed)
    return len(removed)


def small_parts_merged(
    workspace: Workspace, scratch: Path, *, largest: int = LARGEST
) -> tuple[dict[Path, Path], list[Path]]:
    """Return what merging small files moves in and takes away, for whoever writes the workspace."""
    moves: dict[Path, Path] = {}
    removed: list[Path] = []
    generation = workspace.next_generation()
    for table in ORDER:
        for number, parts in enumerate(_tiers(workspace.parts(table), largest)):
            workspace.verify(table, only=parts)
            folder = scratch / f"merged-{table}-{number}"
            folder.mkdir()
            for made in rewritten(table, parts, buckets=workspace.buckets, scratch=folder):
                name = f"part-{generation:06d}-m{number:03d}.parquet"
                moves[made.path] = workspace.path / table / f"bucket={made.bucket}" / name
            removed += parts
    return moves, removed


def _tiers(parts: Sequence[Path], largest: int) -> Iterator[list[Path]]:
    """Yield the files that become one: as many of a bucket and of about one size as there may."""
    tiers: dict[tuple[str, int], list[tuple[Path, int]]] = {}
    for part in parts:
        size = part.stat().st_size
        if size < largest:
            tiers.setdefault((part.parent.name, _tier(size)), []).append((part, size))
    for found in tiers.values():
        if len(found) < TOGETHER:
            continue
        taken: list[Path] = []
        total = 0
        for part, size in found:
            if total + size > largest:
                break
            taken.append(part)
            total += size
        if len(taken) > 1:
            yield taken


def _tier(size: int) -> int:
    """Return the number of a size among powers of eight.

    >>> _tier(1), _tier(65_535), _tier(65_536), _tier(4_000_000)
    (0, 0, 1, 2)
    """
    tier, most = 0, SMALLEST
    while size >= most:
        tier, most = tier + 1, most * TOGETHER
    return tier
