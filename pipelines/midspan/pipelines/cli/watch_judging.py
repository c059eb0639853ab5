"""What a watch judges runs by, and what has to be said of it before the first one comes."""

import shlex
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from midspan.pipelines.scoring.judged_by import JudgedBy
    from midspan.pipelines.watch.settings import WatchSettings


def recalled(settings: "WatchSettings") -> tuple["WatchSettings", list[str]]:
    """Return the settings with the files that the workspace was scored with, and what to say.

    A suite or profile that is named holds instead.
    """
    from midspan.pipelines.files import load_setting
    from midspan.pipelines.scoring.judged_by import files_judged_by, read_judged_by, recall

    path = settings.workspace
    found = recall(path, suite=settings.suite, profile=settings.profile)
    asked = replace(settings, suite=found.suite, profile=found.profile)
    if asked != settings:
        load_setting(suite=asked.suite, profile=asked.profile)
    was, now = read_judged_by(path), files_judged_by(path, suite=asked.suite, profile=asked.profile)
    return asked, [*_recalled(settings, asked), *_changed(asked, was, now)]


def _recalled(settings: "WatchSettings", asked: "WatchSettings") -> Iterator[str]:
    """Yield which files nobody named, and are used all the same."""
    files = [
        str(file)
        for file, named in ((asked.suite, settings.suite), (asked.profile, settings.profile))
        if file is not None and named is None
    ]
    if files:
        used = " and ".join(files)
        yield f"runs are judged by {used}, which {asked.workspace} was scored with"


def _changed(asked: "WatchSettings", was: "JudgedBy", now: "JudgedBy") -> Iterator[str]:
    """Yield what it means that runs of a workspace were judged otherwise than those to come."""
    from midspan.pipelines.workspace import Workspace

    same = [file.digest for file in was.files()] == [file.digest for file in now.files()]
    if same or not Workspace(asked.workspace).parts("scores"):
        return
    before = _names(was)
    if before == _names(now):
        before = f"{before} as it was then"
    yield (
        f"runs that come now are judged by {_names(now)}, and those in {asked.workspace} were by "
        f"{before}; to judge all of them alike: {_command(asked)}"
    )


def _names(record: "JudgedBy") -> str:
    """Return the files of a record, as a person would name them."""
    return " and ".join(Path(file.path).name for file in record.files()) or "no suite or profile"


def _command(asked: "WatchSettings") -> str:
    words = ["midspan", "score", str(asked.workspace)]
    for option, file in (("--suite", asked.suite), ("--profile", asked.profile)):
        words += [option, str(file)] if file is not None else []
    return shlex.join(words)
