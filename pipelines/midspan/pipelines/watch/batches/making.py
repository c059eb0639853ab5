"""A batch: what was accepted of some runs, as a small workspace of its own, scored."""

import struct
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

from midspan.pipelines.files import load_setting
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.ingest.joined import Joined
from midspan.pipelines.ingest.sources.remote import RemoteFile
from midspan.pipelines.ingest.streams import KeptStream, Received
from midspan.pipelines.scoring.judged_by import JudgedBy, files_judged_by
from midspan.pipelines.scoring.score import score_workspace
from midspan.pipelines.storage.parts import write_part
from midspan.pipelines.watch.batches.figures import told_by
from midspan.pipelines.watch.batches.keys import Keys
from midspan.pipelines.watch.batches.records import RECEIVED
from midspan.pipelines.watch.batches.runs import Joinable
from midspan.pipelines.watch.shared_settings import SharedSettings
from midspan.pipelines.workspace import Workspace
from midspan.scorers.setting import Setting

PAYLOADS: Final = "received.otlp"
SMALL: Final = "ws"


@dataclass(frozen=True, kw_only=True)
class BatchSettings(SharedSettings):
    """Where batches are made, what they go into, and what they are judged by."""

    published: bool = False
    """Whether batches are kept for a publisher, below the state's `batches`."""

    @property
    def batches(self) -> Path:
        """Return the folder of batches."""
        return self.state / "batches"

    def keys(self) -> Keys:
        """Return the lists of what stands in which file, which each process opens once."""
        return _keys(self.workspace, self.state / "index")

    def setting(self) -> Setting:
        """Return what tasks expect and how the profile judges, read once for each process."""
        return _setting(self.suite, self.profile)

    def judged_by(self) -> JudgedBy:
        """Return the record of both files for the workspace, made once for each process."""
        return _judged_by(self.workspace, self.suite, self.profile)


@dataclass(frozen=True, kw_only=True)
class Made:
    """A batch that was made, and what it means for the workspace that it goes into."""

    folder: Path
    runs: int
    spans: int
    joined: Joined
    versions: dict[str, str]
    figures: Mapping[str, Counter[str]] = field(default_factory=dict)

    @property
    def small(self) -> Workspace:
        """Return the scored workspace."""
        return Workspace(self.folder / SMALL)


def write_payloads(payloads: Iterable[bytes], folder: Path) -> Received:
    """Return a file of whole requests, JSON and protobuf as they come, each with its length."""
    path = folder / PAYLOADS
    with path.open("wb") as file:
        for payload in payloads:
            file.write(struct.pack(">I", len(payload)))
            file.write(payload)
    return Received(shown=RECEIVED, file=path)


def make_batch(
    paths: Sequence[Path | str | RemoteFile | KeptStream], folder: Path, settings: BatchSettings
) -> Made | None:
    """Return the batch of some files, made in a folder; None if there is nothing new in them.

    Runs of the main workspace that the spans join are read from there and scored again.
    """
    stored = Joinable(settings.workspace, settings.keys())
    path = folder / SMALL
    summary = ingest(paths, path, stored=stored)
    joined = summary.joined
    assert joined is not None
    if not (summary.files or summary.runs or joined.runs):
        return None
    versions = stored.versions(joined.runs)
    small = Workspace(path)
    _put_scores(small, stored, joined)
    score_workspace(small, setting=settings.setting())
    return Made(
        folder=folder,
        runs=summary.runs,
        spans=summary.spans_in,
        joined=joined,
        versions=versions,
        figures=told_by(small),
    )


def _put_scores(small: Workspace, stored: Joinable, joined: Joined) -> None:
    """Have what people said of stored runs beside them, for scorers that judge by it."""
    rows = stored.people_said(joined.runs)
    if rows.is_empty():
        return
    with small.writing() as scratch:
        path = scratch / "said.parquet"
        write_part(rows.sort("run_id", "call", "name", "span_id"), path)
        name = f"part-{small.next_generation():06d}-000.parquet"
        small.apply(moves={path: small.path / "scores" / "bucket=00" / name}, removed=[])


@lru_cache(maxsize=1)
def _keys(workspace: Path, folder: Path) -> Keys:
    return Keys(workspace, folder)


@lru_cache(maxsize=1)
def _judged_by(workspace: Path, suite: Path | None, profile: Path | None) -> JudgedBy:
    return files_judged_by(workspace, suite=suite, profile=profile)


@lru_cache(maxsize=1)
def _setting(suite: Path | None, profile: Path | None) -> Setting:
    return load_setting(suite=suite, profile=profile)
