"""How far each run of a sweep is, by what lies in the spool: done, to run again, missing."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, NamedTuple

from midspan.pipelines.records import EndedBy, ResultRecord, read_result, result_path
from midspan.pipelines.storage.disk import explained
from midspan.scorers.errors import InvalidInput

State = Literal["done", "again", "missing"]

INFRA: Final[frozenset[EndedBy]] = frozenset({"launch_failed", "platform"})
"""What ends a launch without cause of the agent's: the run is started once more."""

_NAME: Final = re.compile(
    r"(?P<run>[0-9a-f]{32})-(?P<launch>0|[1-9]\d{0,5})"
    r"(?:(?P<result>\.result\.json)|(?:\.\d{3,})?\.otlp\.jsonl(?:\.part)?)"
)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far one run is."""

    run_id: str
    state: State
    launch: int
    """Of a run that is done, the launch that counts; else the one to start next."""
    ended_by: EndedBy | None = None
    """Of that launch, or of the last one; None where its worker was killed, or it never began."""
    seconds: float | None = None
    """How long the launch that counts took."""
    problem: str | None = None
    """A record that could not be read; its launch counts as one that the platform ended."""


@dataclass
class _Launches:
    """What the spool holds of one run."""

    begun: set[int] = field(default_factory=set)
    results: dict[int, Path] = field(default_factory=dict)


def standings(run_ids: Iterable[str], *spools: Path) -> dict[str, Standing]:
    """Return how far each run is; what several spools hold of it is put together."""
    found: dict[str, _Launches] = {}
    for spool in spools:
        for file in _listed(spool):
            launches = found.setdefault(file.run_id, _Launches())
            launches.begun.add(file.launch)
            if file.is_result:
                launches.results.setdefault(file.launch, file.path)
    nothing = _Launches()
    return {run_id: _standing(run_id, found.get(run_id, nothing)) for run_id in run_ids}


def looked_again(known: Standing, *spools: Path) -> Standing:
    """Return how far a run is now; only what can have come since is looked for."""
    if known.state == "done":
        return known
    launches = _Launches(begun=set(range(known.launch)))
    launch = known.launch
    while _look(launches, known.run_id, launch, spools):
        launch += 1
    now = _standing(known.run_id, launches)
    return known if now.launch == known.launch and now.state != "done" else now


def strangers(run_ids: Iterable[str], spool: Path) -> set[str]:
    """Return the runs that have files in the spool and are none of these."""
    return {file.run_id for file in _listed(spool)} - set(run_ids)


def runs_of_files(spool: Path) -> dict[Path, str]:
    """Return the files of runs in a spool, each with the run it belongs to."""
    return {file.path: file.run_id for file in _listed(spool)}


@dataclass(frozen=True, kw_only=True)
class Counts:
    """How many runs are how far."""

    planned: int
    done: int
    again: int
    missing: int

    @property
    def to_do(self) -> int:
        """How many have to be started."""
        return self.again + self.missing


def counted(found: Mapping[str, Standing]) -> Counts:
    """Return how many runs are how far."""
    states = [one.state for one in found.values()]
    return Counts(
        planned=len(states),
        done=states.count("done"),
        again=states.count("again"),
        missing=states.count("missing"),
    )


class _File(NamedTuple):
    """A file in a spool, by its name."""

    path: Path
    run_id: str
    launch: int
    is_result: bool


def _listed(spool: Path) -> Iterator[_File]:
    """Yield the files of runs; others are none of ours."""
    try:
        with explained(spool), os.scandir(spool) as entries:
            for entry in entries:
                if match := _NAME.fullmatch(entry.name):
                    is_result = match["result"] is not None
                    yield _File(Path(entry.path), match["run"], int(match["launch"]), is_result)
    except FileNotFoundError:
        return


def _look(launches: _Launches, run_id: str, launch: int, spools: Iterable[Path]) -> bool:
    """Note what the spools hold of a launch, and return whether they hold anything."""
    for spool in spools:
        result = result_path(spool, run_id, launch)
        spans = spool / f"{run_id}-{launch}.otlp.jsonl"
        if result.exists():
            launches.results.setdefault(launch, result)
        if result.exists() or spans.exists() or Path(f"{spans}.part").exists():
            launches.begun.add(launch)
    return launch in launches.begun


def _standing(run_id: str, launches: _Launches) -> Standing:
    if not launches.begun:
        return Standing(run_id=run_id, state="missing", launch=0)
    ended_by: EndedBy | None = None
    problem: str | None = None
    last = max(launches.begun)
    for launch in sorted(launches.results, reverse=True):
        try:
            record = _record(launches.results[launch], run_id, launch)
        except InvalidInput as error:
            problem = problem or str(error.args[0])
            continue
        if record.ended_by not in INFRA:
            return Standing(
                run_id=run_id,
                state="done",
                launch=launch,
                ended_by=record.ended_by,
                seconds=_seconds(record),
                problem=problem,
            )
        if launch == last:
            ended_by = record.ended_by
    return Standing(
        run_id=run_id, state="again", launch=last + 1, ended_by=ended_by, problem=problem
    )


def _record(path: Path, run_id: str, launch: int) -> ResultRecord:
    with explained(path):
        record = read_result(path)
    if (record.run_id, record.launch) != (run_id, launch):
        raise InvalidInput(
            f"{path}: is the record of launch {record.launch} of the run {record.run_id}"
        )
    return record


def _seconds(record: ResultRecord) -> float | None:
    if record.started_ns is None or record.ended_ns is None:
        return None
    return max(0, record.ended_ns - record.started_ns) / 1e9
