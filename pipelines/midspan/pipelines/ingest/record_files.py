"""Plans and result records: those in files beside spans, and those that a workspace keeps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

import xxhash

from midspan.pipelines.ingest.assembly.assemble import Records
from midspan.pipelines.ingest.decode.lines import MARK
from midspan.pipelines.ingest.files import Inputs, Location
from midspan.pipelines.ingest.raw import RAW_KEPT, Rejected
from midspan.pipelines.ingest.sources.remote import RemoteFile
from midspan.pipelines.ingest.unread import UNREADABLE, why
from midspan.pipelines.records import (
    PLAN_FILE,
    PlannedRun,
    ResultRecord,
    decode_planned_run,
    decode_result,
)
from midspan.scorers.errors import InvalidInput

RESULTS_FILE: Final = "results.jsonl"
"""Result records of the workspace's runs: a late span's run is put together with them again."""

Record = TypeVar("Record", PlannedRun, ResultRecord)


@dataclass(frozen=True, kw_only=True)
class RecordFile:
    """One file of records: what it holds, in place of what cannot be read the reason."""

    path: Location
    digest: str
    records: list[PlannedRun | ResultRecord | Rejected] = field(default_factory=list)


def read_record_files(inputs: Inputs) -> Iterator[RecordFile]:
    """Yield the files of records; those that cannot be read at all join the unread ones."""
    for path in (*inputs.plans, *inputs.results):
        try:
            content = path.read_bytes()
        except UNREADABLE as error:
            inputs.unread.append((path, why(path, error)))
            continue
        digest = path.digest if isinstance(path, RemoteFile) else xxhash.xxh3_128_hexdigest(content)
        file = RecordFile(path=path, digest=digest)
        if path in inputs.plans:
            file.records.extend(_of_plan(content))
        else:
            file.records.append(_of(content, 1, decode_result))
        yield file


def stored_records(workspace: Path) -> Records:
    """Return the plans and results that a workspace keeps."""
    records = Records()
    for plan in _stored(workspace / PLAN_FILE, decode_planned_run):
        records.plans[plan.run_id] = plan
    for result in _stored(workspace / RESULTS_FILE, decode_result):
        records.results.setdefault(result.run_id, {})[result.launch] = result
    return records


def _of_plan(content: bytes) -> Iterator[PlannedRun | Rejected]:
    for number, line in enumerate(content.splitlines(), start=1):
        if line.strip():
            yield _of(line, number, decode_planned_run)


def _of(text: bytes, number: int, decode: Callable[[bytes], Record]) -> Record | Rejected:
    try:
        return decode(text.removeprefix(MARK))
    except ValueError as error:
        return Rejected(number, str(error), text[:RAW_KEPT].decode(errors="replace"))


def _stored(path: Path, decode: Callable[[bytes], Record]) -> Iterator[Record]:
    if not path.is_file():
        return
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if line.strip():
            try:
                yield decode(line)
            except ValueError as error:
                raise InvalidInput(
                    f"{path}:{number}: {error}",
                    fix="Put the file back from a copy, or remove the line and ingest the plan or "
                    "result record again.",
                ) from error
