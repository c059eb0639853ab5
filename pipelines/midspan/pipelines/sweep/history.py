"""Under which settings the runs of a sweep were done: a changed suite does not run them again."""

import os
from dataclasses import dataclass
from pathlib import Path

import msgspec

from midspan.pipelines.files import load_suite
from midspan.pipelines.records import CONTRACT
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.settings import Settings, settings_of
from midspan.pipelines.sweep.standing import Standing, runs_of_files, standings
from midspan.scorers.errors import InvalidInput, MidspanError


class History(msgspec.Struct, frozen=True, kw_only=True):
    """The file that keeps it."""

    contract: int = CONTRACT
    settings: list[Settings] = []
    """Those of suites that a later one took the place of."""
    runs: dict[str, tuple[int, int]] = {}
    """Runs that were done by then: the launch that counted, and the number of their settings."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """The settings that runs were done under."""

    history: History
    last: Settings | None
    """Of the stored suite; None where there is none that can be read."""

    def of(self, done: Standing) -> Settings | None:
        """Return the settings of a run that is done; None where they are not known."""
        launch, number = self.history.runs.get(done.run_id, (None, 0))
        return self.history.settings[number] if launch == done.launch else self.last


def past_of(folder: SweepFolder) -> Past:
    """Return what is known of a sweep's directory; nothing of a new one."""
    try:
        last = settings_of(load_suite(folder.suite_file), folder.suite)
    except MidspanError:
        last = None
    return Past(history=_read(folder.history), last=last)


def remember(folder: SweepFolder, now: Settings) -> None:
    """Note under which settings the runs were done that are, before others take their place."""
    past = past_of(folder)
    if past.last is None or past.last == now:
        return
    history = past.history
    found = standings(set(runs_of_files(folder.spool).values()), folder.spool)
    done = {run_id: one for run_id, one in found.items() if one.state == "done"}
    kept = {run_id: history.runs[run_id] for run_id in history.runs if run_id in done}
    new = {
        run_id: (one.launch, len(history.settings))
        for run_id, one in done.items()
        if kept.get(run_id, (None,))[0] != one.launch
    }
    if new:
        _write(
            folder.history,
            History(settings=[*history.settings, past.last], runs={**kept, **new}),
        )


def _read(path: Path) -> History:
    try:
        with explained(path):
            history = msgspec.json.decode(path.read_bytes(), type=History)
        if any(not 0 <= number < len(history.settings) for _, number in history.runs.values()):
            raise ValueError("speaks of settings that it does not have")
    except FileNotFoundError:
        return History()
    except ValueError as error:
        raise InvalidInput(
            f"{path}: does not say under which settings runs were done: {error}",
            fix="Put it back from a copy; or remove it: then all runs count as done as the suite "
            "has it now.",
        ) from error
    return history


def _write(path: Path, history: History) -> None:
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with explained(path):
        part.write_bytes(msgspec.json.encode(history))
        part.replace(path)
