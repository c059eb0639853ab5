"""What a watch judges runs by, and what has to be said of it before the first one comes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from midspan.scorers.errors import MidspanError

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


def unknown_to(settings: "WatchSettings") -> list[str]:
    """Return what to say of runs that are of none of the suite's tasks, now that they are there."""
    from midspan.pipelines.files import load_suite
    from midspan.pipelines.scoring.unknown_tasks import unknown_tasks
    from midspan.pipelines.workspace import Workspace

    workspace = Workspace(settings.workspace)
    if settings.suite is None or not workspace.parts("runs"):
        return []
    try:
        tasks = {task.id for task in load_suite(settings.suite).tasks}
    except MidspanError:  # gone or in the midst of a change: the watch has read it, and is done
        return []
    return list(unknown_tasks(workspace, tasks, settings.suite))


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
    from midspan.pipelines.scoring.judged_by import names_of, scoring_command
    from midspan.pipelines.workspace import Workspace

    if was.same_as(now) or not Workspace(asked.workspace).parts("scores"):
        return
    before, after = names_of(was, asked.workspace), names_of(now, asked.workspace)
    if before == after:
        places = [names_of(each, asked.workspace, whole=True) for each in (was, now)]
        elsewhere = places[0] != places[1]
        before, after = places if elsewhere else (f"{before} as it was then", after)
    command = scoring_command(asked.workspace, suite=asked.suite, profile=asked.profile)
    yield (
        f"runs that come now are judged by {after}, and those in {asked.workspace} were by "
        f"{before}; to judge all of them alike: {command}"
    )
