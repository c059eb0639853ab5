"""What runs are made under, as far as their ids do not tell it: each setting by its digest."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from midspan.pipelines.run_ids import content_digest
from midspan.pipelines.sweep.plan import SweepRun, identity
from midspan.pipelines.sweep.sources import Sources, harness_files
from midspan.scorers.errors import MidspanError
from midspan.scorers.suite import Check, Harness, Suite

_OF_MODELS: Final = ("revision", "sampling", "serve")
_OF_THE_TARGET: Final = ("install", "requirements", "python")
_DEFINITION, _FILES = "", "its files"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a suite, by what they are settings of."""

    of: dict[str, dict[str, str]]
    """Digests by `model NAME`, `harness NAME`, `target` or `task ID`, and by key."""
    checks: dict[str, dict[str, str]]
    """Digests of checks, by task and by the check's id."""


def settings_of(suite: Suite, base: Path) -> Settings:
    """Return the settings of a suite that lies in a folder."""
    of: dict[str, dict[str, str]] = {}
    for model in suite.matrix.models if suite.matrix else ():
        of[f"model {model.name}"] = _digests(model, _OF_MODELS)
    for name, harness in suite.harnesses.items():
        of[f"harness {identity(name, harness)}"] = {
            _DEFINITION: _digest(harness.model_dump(mode="json")),
            _FILES: _contents(base, harness),
        }
    if suite.target is not None:
        of["target"] = _digests(suite.target, _OF_THE_TARGET)
    for task in suite.tasks:
        of[f"task {task.id}"] = _digests(task, ("budget",))
    return Settings(of=of, checks={task.id: checks_of(task.checks) for task in suite.tasks})


def checks_of(checks: tuple[Check, ...]) -> dict[str, str]:
    """Return the digest of each check by its id, which is no part of it."""
    return {check.id: _digest(check.model_dump(mode="json", exclude={"id"})) for check in checks}


def differing(run: SweepRun, before: Settings, now: Settings) -> Iterator[str]:
    """Yield what a run was made under that is another now, without its checks."""
    planned = run.planned
    harness = f"harness {planned.harness}"
    for subject in (f"model {planned.model}", harness, "target", f"task {planned.task}"):
        old, new = before.of.get(subject), now.of.get(subject)
        if old is None or new is None:
            continue
        names = [name for name in new if old.get(name) != new[name]]
        if subject == harness and names:
            subject = subject.partition("@")[0]
            yield subject if _DEFINITION in names else f"{subject} ({_FILES})"
        elif names:
            yield f"{subject} ({', '.join(names)})"


def _digests(of: Any, names: tuple[str, ...]) -> dict[str, str]:
    values: Mapping[str, Any] = of.model_dump(mode="json", include=set(names))
    return {name: _digest(values[name]) for name in names}


def _digest(value: object) -> str:
    return content_digest(msgspec.json.encode(value, order="sorted").decode(), ())


def _contents(base: Path, harness: Harness) -> str:
    """Return what stands for the files of a harness; those that cannot be read are no files."""
    sources = Sources(base)
    try:
        files = [
            (file.relative_to(base).as_posix(), sources.digest(file))
            for file in harness_files(base, harness)
        ]
    except MidspanError:
        files = []
    return content_digest("", files)
