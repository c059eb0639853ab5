"""The table of offered tools, which stands in one file: written anew only when it changes."""

from collections.abc import Collection, Sequence
from pathlib import Path

import polars as pl

from midspan.pipelines.storage.parts import TOOLS, read, scan, write_part
from midspan.pipelines.workspace import Workspace


def tools_file(
    main: Workspace,
    small: Workspace,
    lost: Collection[str],
    added: Sequence[Path],
    removed: Sequence[Path],
    scratch: Path,
    moves: dict[Path, Path],
) -> None:
    """Add the sets that a batch was offered; take away those that only replaced spans were.

    `lost` are the sets of spans that go, `added` the files of spans that come, `removed` those that
    go.
    """
    stored = [main.read_part(path) for path in main.parts("tools")]
    new = [read(path) for path in small.parts("tools")]
    before = {digest for frame in stored for digest in frame["digest"]}
    known = {digest for frame in new for digest in frame["digest"]}
    gone = set(lost) - known
    if gone:
        parts = [*(part for part in main.parts("spans") if part not in removed), *added]
        named = pl.col("tools_digest").is_in(list(gone))
        still = scan(parts).select("tools_digest").filter(named).unique().collect()
        gone -= set(still["tools_digest"])
    if known <= before and not gone:
        return
    merged = pl.concat([*stored, *new]).unique(subset=["digest", "name"], keep="first")
    path = scratch / "tools-new.parquet"
    write_part(merged.filter(~pl.col("digest").is_in(list(gone))).sort("digest", "name"), path)
    moves[path] = main.path / TOOLS
