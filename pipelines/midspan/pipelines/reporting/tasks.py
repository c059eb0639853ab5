"""The tasks of a report: as their suite writes them, else as the runs tell."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

import polars as pl

from midspan.dashboards.report.frames import ShownFile, ShownTask
from midspan.dashboards.report.task_words import answer_words, check_words, expected_words
from midspan.instrumentation.redaction import Redaction
from midspan.scorers.suite import Suite
from midspan.scorers.suite.inputs import FileCopy
from midspan.scorers.suite.task import Task

PREVIEW: Final = 2048
"""Characters of a text that are shown."""

IMAGE: Final = 64 * 1024
"""Bytes up to which an image is shown."""

FILES: Final = 20
"""Files of a folder that are listed."""

_IMAGES: Final = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}
_AUDIO: Final = frozenset({".wav", ".mp3", ".flac", ".ogg", ".m4a"})


def suite_tasks(suite: Suite, folder: Path, experiments: Sequence[str]) -> list[ShownTask]:
    """Return the tasks of a suite, once for each experiment that may be of it."""
    whole = [task.over(suite.defaults) for task in suite.tasks]
    files = [list(_files(task.files, folder)) for task in whole]
    return [
        _shown(task, experiment, of_task)
        for experiment in experiments
        for task, of_task in zip(whole, files, strict=True)
    ]


def told_tasks(
    runs: pl.DataFrame, text: pl.DataFrame, known: Sequence[ShownTask]
) -> list[ShownTask]:
    """Return the tasks that no suite describes, by what their first run was asked and checked."""
    there = {(task.experiment, task.id) for task in known}
    first = (
        runs.filter(pl.col("task").is_not_null())
        .sort("traced", "start_ns", "run_id", descending=[True, False, False], nulls_last=True)
        .unique(["experiment", "task"], keep="first", maintain_order=True)
    )
    asked = text.select("run_id", root_span_id="span_id", asked="input")
    told = first.sort("experiment", "task").join(
        asked, on=["run_id", "root_span_id"], how="left", maintain_order="left"
    )
    return [
        ShownTask(
            experiment=row["experiment"],
            id=row["task"],
            set=row["set"],
            prompt=row["asked"],
            prompt_from="trace" if row["asked"] is not None else None,
            checks=[
                {"id": check["id"], "kind": check["kind"], "says": ""}
                for check in row["checks"] or ()
            ],
        )
        for row in told.iter_rows(named=True)
        if (row["experiment"], row["task"]) not in there
    ]


def without_secrets(task: ShownTask, redaction: Redaction) -> ShownTask:
    """Return the task as it may be sent around: a suite, and its files, may hold keys as well."""
    return replace(
        task,
        prompt=redaction(task.prompt, task.id),
        tags=redaction(list(task.tags), task.id),
        files=[
            # The letters of a picture's bytes say nothing, and are not to be changed.
            file
            if file.kind == "image"
            else replace(file, preview=redaction(file.preview, task.id))
            for file in task.files
        ],
        checks=[{**check, "says": redaction(check["says"], task.id)} for check in task.checks],
        answer=redaction(task.answer, task.id),
        expected_calls=redaction(task.expected_calls, task.id),
    )


def _shown(task: Task, experiment: str, files: Sequence[ShownFile]) -> ShownTask:
    return ShownTask(
        experiment=experiment,
        id=task.id,
        set=task.set,
        prompt=task.prompt,
        prompt_from="suite",
        tags=task.tags,
        files=files,
        checks=[
            {"id": check.id, "kind": check.kind, "says": check_words(check)}
            for check in task.checks
        ],
        answer=answer_words(task.answer),
        expected_calls=expected_words(task.expected_calls),
    )


def _files(copies: Sequence[FileCopy], folder: Path) -> Iterator[ShownFile]:
    for copy in copies:
        source = folder / copy.from_
        if source.is_dir():
            inside = sorted(path for path in source.rglob("*") if path.is_file())
            for path in inside[:FILES]:
                yield _file(path, f"{copy.destination}/{path.relative_to(source).as_posix()}")
            if (further := len(inside) - FILES) > 0:
                more = f"{copy.destination}/ ({further:,} more)"
                yield ShownFile(path=more, kind="other", bytes=None, preview=None)
        else:
            yield _file(source, copy.destination)


def _file(path: Path, shown: str) -> ShownFile:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            data = file.read(IMAGE + 1)
    except OSError:  # the suite has moved on since, or never held it here
        return ShownFile(path=shown, kind=_kind(path), bytes=None, preview=None)
    kind = _kind(path)
    if kind == "image":
        fits = size <= IMAGE
        uri = f"data:{_IMAGES[path.suffix.lower()]};base64,{base64.b64encode(data).decode('ascii')}"
        return ShownFile(path=shown, kind=kind, bytes=size, preview=uri if fits else None)
    text = _text(data) if kind == "other" else None
    if text is None:
        return ShownFile(path=shown, kind=kind, bytes=size, preview=None)
    return ShownFile(path=shown, kind="text", bytes=size, preview=text)


def _kind(path: Path) -> Literal["image", "audio", "other"]:
    suffix = path.suffix.lower()
    if suffix in _IMAGES:
        return "image"
    return "audio" if suffix in _AUDIO else "other"


def _text(data: bytes) -> str | None:
    """Return the beginning of a text; None where the bytes are none."""
    if b"\0" in data:
        return None
    # The last character may be cut in two.
    try:
        return data[: 4 * PREVIEW].decode("utf-8", "strict")[:PREVIEW]
    except UnicodeDecodeError as error:
        if error.start >= len(data[: 4 * PREVIEW]) - 3:
            return data[: error.start].decode("utf-8")[:PREVIEW]
        return None
