"""The two records beside spans: what was planned, and how a run ended.

A sweep writes `plan.jsonl` first and one `<run_id>-<launch>.result.json` after each run; ingest
reads both. Together they make a run without a single span visible, and countable.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec

from midspan.instrumentation.encoding import clean
from midspan.pipelines.storage.plain import NotPlainError, open_plain
from midspan.scorers.errors import InvalidInput

CONTRACT: Final = 1
"""Version of everything midspan writes: spool, workspace, suite and profile."""

PLAN_FILE: Final = "plan.jsonl"
RESULT_SUFFIX: Final = ".result.json"
LARGEST: Final = 2**26
"""Bytes of a result record: far more than what is kept of an answer."""
LARGEST_COUNT: Final = 2**31 - 1
"""The most that a count of a record can be: a column holds no more."""

RunId = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
Count = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_COUNT)]
Nanoseconds = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]

Record = TypeVar("Record", bound=msgspec.Struct)

EndedBy = Literal["exit", "timeout", "budget", "signal", "launch_failed", "platform"]
BudgetKind = Literal["turns", "tool_calls", "tokens", "cost_usd"]


NO_ANSWER: Final = "there is no answer"
"""What a check says that had none to read."""


class CheckResult(msgspec.Struct, frozen=True, kw_only=True):
    """One check of a task, as found where the run ran; `passed` is null when it could not run."""

    id: str
    kind: str
    passed: bool | None = None
    detail: str | None = None


class HarnessRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The program that drove the model."""

    name: str
    version: str | None = None
    tools_digest: str | None = None
    retry_budget: Count | None = None
    max_turns: Count | None = None


class HardwareRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What the run ran on."""

    flavor: str | None = None
    gpu: str | None = None
    driver: str | None = None


class ResultRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How one launch of a run ended."""

    run_id: RunId
    contract: int = CONTRACT
    launch: Count = 0
    ended_by: EndedBy
    budget: BudgetKind | None = None
    exit_code: Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)] | None = None
    problem: str | None = None
    """Why the launch came to nothing; of an agent that failed, the last that it said of it."""
    answer: str | None = None
    checks: list[CheckResult] = []
    started_ns: Nanoseconds | None = None
    ended_ns: Nanoseconds | None = None
    harness: HarnessRecord | None = None
    sampling: dict[str, Any] = {}
    serve: dict[str, Any] = {}
    hardware: HardwareRecord | None = None
    spans_written: Count | None = None
    spans_lost: Count | None = None


class PlannedRun(msgspec.Struct, frozen=True, kw_only=True):
    """One line of plan.jsonl."""

    run_id: RunId
    experiment: str
    suite: str | None = None
    task: str
    set: Literal["regression", "capability"] | None = None
    model: str | None = None
    revision: str | None = None
    revision_sha: str | None = None
    tier: str | None = None
    harness: str | None = None
    trial: Count = 0

    @property
    def cell_name(self) -> str:
        """Return what people call its cell: variant and task."""
        parts = (self.model, self.revision, self.tier, self.harness, self.task)
        return " · ".join(part for part in parts if part)

    @property
    def name(self) -> str:
        """Return what people call it: cell and trial."""
        return f"{self.cell_name} #{self.trial}"


def result_path(spool: Path, run_id: str, launch: int) -> Path:
    """Return where the result record of a launch stands."""
    return spool / f"{run_id}-{launch}{RESULT_SUFFIX}"


def write_result(spool: Path, record: ResultRecord) -> Path:
    """Return the path of the record, which appears whole or not at all."""
    path = result_path(spool, record.run_id, record.launch)
    return _write_atomically(path, _encoded(record))


def read_result(path: Path) -> ResultRecord:
    """Return the record in a file; one that does not fit is an error that says why."""
    try:
        with open_plain(path) as file:
            if os.fstat(file.fileno()).st_size > LARGEST:
                raise ValueError(f"has more than {LARGEST:,} bytes")
            return decode_result(file.read(LARGEST))
    except NotPlainError as error:
        raise InvalidInput(str(error)) from error
    except ValueError as error:
        raise InvalidInput(f"{path}: {error}") from error


def decode_result(data: bytes) -> ResultRecord:
    """Return a result record, or raise the `ValueError` that says why it is none."""
    record = _decoded(data, ResultRecord, "a result record")
    if record.contract != CONTRACT:
        raise ValueError(f"has contract {record.contract}; this midspan reads {CONTRACT}")
    return record


def write_plan(path: Path, runs: Iterable[PlannedRun]) -> Path:
    """Return the path of the plan, one line a run."""
    lines = b"".join(msgspec.json.encode(run) + b"\n" for run in runs)
    return _write_atomically(path, lines)


def read_plan(path: Path) -> Iterator[PlannedRun]:
    """Yield the planned runs of a file; a line that does not fit is an error that names it."""
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if line.strip():
            try:
                yield decode_planned_run(line)
            except ValueError as error:
                raise InvalidInput(f"{path}:{number}: {error}") from error


def decode_planned_run(line: bytes) -> PlannedRun:
    """Return the run of one line of a plan, or raise the `ValueError` that says why it is none."""
    return _decoded(line, PlannedRun, "a planned run")


def _decoded(data: bytes, type_: type[Record], what: str) -> Record:
    try:
        return msgspec.json.decode(data, type=type_)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not {what}: {error}") from error


def _encoded(record: ResultRecord) -> bytes:
    try:
        return msgspec.json.encode(record)
    except UnicodeEncodeError:
        # Half a character, as Python's text may hold it and no file can: `?` is written for it.
        return msgspec.json.encode(_writable(msgspec.to_builtins(record)))


def _writable(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_writable(item) for item in value]
    if isinstance(value, dict):
        return {_writable(key): _writable(item) for key, item in value.items()}
    return value


def _write_atomically(path: Path, data: bytes) -> Path:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        part.replace(path)
    except BaseException:
        # Of a disk that is full, say, no piece is to stay.
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    return path
