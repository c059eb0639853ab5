"""The ledger of jobs: a line is appended for whatever happens, and none is ever changed."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from midspan.pipelines.storage.disk import explained


class Asked(msgspec.Struct, frozen=True, kw_only=True, tag="asked", tag_field="event"):
    """A job is about to be submitted; written before the Hub is asked."""

    at_ns: int
    submission: str
    batch: str
    """What it holds, in a word."""
    runs: list[str]
    namespace: str
    bucket: str
    folder: str
    """Of the experiment, in the bucket."""
    flavor: str
    image: str
    timeout: str
    usd_per_minute: float | None = None
    before: list[str] = []
    """Results of its runs that the bucket had already, `run_id-launch`: none of this job's."""


class Submitted(msgspec.Struct, frozen=True, kw_only=True, tag="submitted", tag_field="event"):
    """The Hub has taken it."""

    at_ns: int
    submission: str
    job: str
    url: str


class Refused(msgspec.Struct, frozen=True, kw_only=True, tag="refused", tag_field="event"):
    """The Hub has not taken it, or it never got there."""

    at_ns: int
    submission: str
    reason: str


class Ended(msgspec.Struct, frozen=True, kw_only=True, tag="ended", tag_field="event"):
    """It runs no further, and its files were looked through."""

    at_ns: int
    job: str
    stage: str
    message: str | None = None
    seconds: float | None = None
    usd: float | None = None
    results: int
    """Of its runs, how many have a result in the bucket."""


class Stopped(msgspec.Struct, frozen=True, kw_only=True, tag="stopped", tag_field="event"):
    """Somebody cancelled the sweep: the launcher that is there submits nothing more."""

    at_ns: int


Line = Asked | Submitted | Refused | Ended | Stopped
_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Line] = msgspec.json.Decoder(Line)


@dataclass(frozen=True, kw_only=True)
class LedgerJob:
    """One job, as all lines about it tell."""

    asked: Asked
    submitted: Submitted | None = None
    refused: Refused | None = None
    ended: Ended | None = None

    @property
    def is_open(self) -> bool:
        """Return whether it runs, as far as the ledger knows."""
        return self.submitted is not None and self.ended is None

    @property
    def is_uncertain(self) -> bool:
        """Return whether the Hub was asked, and what it did of that is not written down."""
        return self.submitted is None and self.refused is None


class Ledger:
    """The file, and what it says."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, line: Line) -> None:
        """Write one line, on disk when this returns."""
        with explained(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
            try:
                data = _ENCODER.encode(line) + b"\n"
                os.write(descriptor, b"\n" + data if _is_torn(descriptor) else data)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def jobs(self) -> list[LedgerJob]:
        """Return all jobs, in the order in which they were asked for."""
        found: dict[str, LedgerJob] = {}
        of_job: dict[str, str] = {}
        for line in self._lines():
            if isinstance(line, Stopped):
                continue
            if isinstance(line, Asked):
                found[line.submission] = LedgerJob(asked=line)
                continue
            if isinstance(line, Submitted):
                of_job[line.job] = line.submission
            submission = of_job.get(line.job) if isinstance(line, Ended) else line.submission
            if submission in found:
                name = type(line).__name__.lower()
                found[submission] = _with(found[submission], **{name: line})
        return list(found.values())

    def stops(self) -> int:
        """Return how many times the sweep was cancelled."""
        return sum(isinstance(line, Stopped) for line in self._lines())

    def damaged(self) -> list[str]:
        """Return what is to be said of lines that cannot be read; all others count."""
        return [
            f"{self.path}:{number}: left out, no line of a ledger: {line}"
            for number, line in self._read()
            if isinstance(line, str)
        ]

    def _lines(self) -> Iterator[Line]:
        return (line for _, line in self._read() if not isinstance(line, str))

    def _read(self) -> Iterator[tuple[int, Line | str]]:
        """Yield each line with its number; one that is damaged as what is wrong with it."""
        try:
            with explained(self.path):
                lines = self.path.read_bytes().splitlines(keepends=True)
        except FileNotFoundError:
            return
        for number, line in enumerate(lines, start=1):
            if not line.rstrip().endswith(b"}"):  # cut off when its writer was killed
                continue
            try:
                yield number, _DECODER.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError) as error:
                yield number, str(error)


def _with(job: LedgerJob, **changes: Any) -> LedgerJob:
    return replace(job, **changes)


def _is_torn(descriptor: int) -> bool:
    """Return whether the last line was cut off when its writer was killed."""
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
