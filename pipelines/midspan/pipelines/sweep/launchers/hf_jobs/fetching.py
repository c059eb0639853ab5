"""Brings what jobs have finished from the bucket to the sweep's directory."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from midspan.dashboards.terminal.cells import counted
from midspan.pipelines.records import decode_result
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.sweep.launchers.hf_jobs.artefacts import (
    FOLDERS,
    Artefacts,
    Launch,
    artefacts,
)
from midspan.pipelines.sweep.launchers.hf_jobs.bucket import Bucket
from midspan.pipelines.sweep.launchers.hf_jobs.spool_spans import spans_in
from midspan.pipelines.sweep.layout import SweepFolder

if TYPE_CHECKING:
    from huggingface_hub import BucketFile

ARRIVING: Final = ".arriving-"
"""Where files stand until they are whole."""
WITHDRAWN: Final = "withdrawn"
"""Where results are kept whose spans did not all reach the bucket."""

Tell = Callable[[int, int], None]
"""Called with how many files of how many are here."""


@dataclass(kw_only=True)
class Fetched:
    """What came, and what is not as it should be."""

    files: int = 0
    results: int = 0
    """Results that are new here."""
    results_there: set[str] = field(default_factory=set)
    """Launches that have a result in the bucket: `run_id-launch`."""
    short_of_spans: dict[str, str] = field(default_factory=dict)
    """Launches with a result that tells of more spans than came, and of how many."""
    unreadable: dict[str, str] = field(default_factory=dict)
    """Launches with a result that is none, and why."""
    strangers: tuple[str, ...] = ()
    """Files in the bucket that are of no planned run."""

    def is_whole(self, results: Collection[str], run_ids: Collection[str]) -> bool:
        """Return whether all these runs have results, and all of these can be taken."""
        return len(results) == len(run_ids) and not self.broken_of(run_ids)

    def broken_of(self, run_ids: Collection[str]) -> list[str]:
        """Return the launches of these runs whose result cannot be taken as it is."""
        return [name for name in (*self.short_of_spans, *self.unreadable) if name[:32] in run_ids]


def fetch(
    bucket: Bucket,
    folder: SweepFolder,
    run_ids: Collection[str],
    *,
    tell: Tell = lambda _done, _total: None,
) -> Fetched:
    """Return what came; a file that is here already, and as long, is not fetched again.

    A result comes after the spans of its run, and only with as many as it tells of.
    """
    listed = {path: file for below in FOLDERS for path, file in bucket.files(below).items()}
    found = artefacts(listed, run_ids)
    wanted = {path: listed[path] for path in _lacking(found, listed, folder)}
    with explained(folder.root):
        folder.root.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=ARRIVING, dir=folder.root) as arriving:
            _bring(bucket, wanted, Path(arriving), tell)
            return _put_in_place(found, Path(arriving), folder)


def withdraw(bucket: Bucket, folder: SweepFolder, names: Sequence[str]) -> None:
    """Take the results of launches out of the bucket, so that their runs are run again.

    They are kept in the sweep's directory.
    """
    paths = [f"spool/{name}.result.json" for name in names]
    if not paths:
        return
    kept = folder.root / WITHDRAWN
    with explained(kept):
        kept.mkdir(exist_ok=True)
    listed = bucket.files("spool")
    bucket.fetch([(listed[path], kept / Path(path).name) for path in paths if path in listed])
    bucket.remove(paths)


def _lacking(
    found: Artefacts, listed: "Mapping[str, BucketFile]", folder: SweepFolder
) -> list[str]:
    """Return the paths that are not here, the results of launches last."""
    paths = [path for launch in found.launches.values() for path in launch.in_order()]
    paths.sort(key=lambda path: path.endswith(".result.json"))
    return [path for path in paths if not _is_here(folder.root / path, listed[path].size)]


def _is_here(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except FileNotFoundError:
        return False


def _bring(bucket: Bucket, wanted: "Mapping[str, BucketFile]", arriving: Path, tell: Tell) -> None:
    for path in wanted:
        (arriving / path).parent.mkdir(parents=True, exist_ok=True)
    bucket.fetch(
        [(file, arriving / path) for path, file in wanted.items()],
        tell=lambda done: tell(done, len(wanted)),
    )


def _put_in_place(found: Artefacts, arriving: Path, folder: SweepFolder) -> Fetched:
    fetched = Fetched(results_there=found.results(), strangers=found.strangers)
    for name, launch in found.launches.items():
        usable = _usable(name, launch, arriving, folder, fetched)
        for path in launch.in_order():
            source, target = arriving / path, folder.root / path
            if not source.is_file() or (path == launch.result and not usable):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
            fetched.files += 1
            fetched.results += path == launch.result
    return fetched


def _usable(
    name: str, launch: Launch, arriving: Path, folder: SweepFolder, fetched: Fetched
) -> bool:
    """Return whether a result that came can be taken, and note why not."""
    if launch.result is None or not (arriving / launch.result).is_file():
        return True
    try:
        record = decode_result((arriving / launch.result).read_bytes())
    except ValueError as error:
        fetched.unreadable[name] = str(error)
        return False
    if f"{record.run_id}-{record.launch}" != name:
        fetched.unreadable[name] = f"is the record of {record.run_id}-{record.launch}"
        return False
    came = [
        path if (path := arriving / each).is_file() else folder.root / each for each in launch.spans
    ]
    told, there = record.spans_written or 0, sum(spans_in(path) for path in came)
    if there < told:
        fetched.short_of_spans[name] = f"tells of {counted(told, 'span')}, of which {there:,} came"
        return False
    return True
