"""The frozen copy of a suite in a sweep's directory: all that a worker reads."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final

from midspan.pipelines.files import load_suite
from midspan.pipelines.records import PlannedRun, read_plan, write_plan
from midspan.pipelines.run_ids import content_digest
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.sweep.experiment import (
    Experiment,
    StoredRevision,
    read_experiment,
    read_experiment_file,
    write_experiment_file,
)
from midspan.pipelines.sweep.history import remember
from midspan.pipelines.sweep.layout import EXPERIMENT_FILE, SUITE_FILE, SweepFolder
from midspan.pipelines.sweep.plan import ResolvedRevision, SweepPlan, sweep_plan
from midspan.pipelines.sweep.settings import settings_of
from midspan.pipelines.sweep.sources import Sources, SuiteFiles
from midspan.scorers.errors import InvalidInput
from midspan.scorers.suite import Revision, Target

_RESERVED: Final = frozenset({PurePosixPath(SUITE_FILE), PurePosixPath(EXPERIMENT_FILE)})


def store_sweep(plan: SweepPlan, folder: SweepFolder) -> None:
    """Put suite and plan into the sweep's directory; a copy that is right is left alone."""
    from midspan.pipelines.storage.locks import only_writer  # with polars, which reading needs not

    files = SuiteFiles(plan.suite, plan.suite_file)
    require_storable(plan, folder, files)
    with explained(folder.root):
        folder.spool.mkdir(parents=True, exist_ok=True)
        with only_writer(folder.root), _replaced(folder.suite) as part:
            remember(folder, settings_of(plan.suite, plan.folder))
            shutil.copyfile(plan.suite_file, part / SUITE_FILE)
            for name, source in files.named.items():
                target = part / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
            write_experiment_file(part / EXPERIMENT_FILE, _experiment(plan, part))
            _require_same(plan, part)
            write_plan(folder.plan, (run.planned for run in plan.runs))


def stored_sweep(folder: SweepFolder) -> SweepPlan:
    """Return the plan of the stored suite: nothing but the sweep's directory is looked at."""
    return _planned_from(folder.suite, read_experiment(folder))


def planned_before(folder: SweepFolder) -> tuple[PlannedRun, ...]:
    """Return the runs that were planned last time; none in a new directory."""
    return runs_in(folder.plan)


def runs_in(plan: Path) -> tuple[PlannedRun, ...]:
    """Return the runs of a plan; none where there is no such file."""
    try:
        with explained(plan):
            return tuple(read_plan(plan))
    except FileNotFoundError:
        return ()


def require_storable(plan: SweepPlan, folder: SweepFolder, files: SuiteFiles) -> None:
    """Raise where the directory is not one for this sweep; nothing is written."""
    root, suite_file = folder.root.resolve(), plan.suite_file.resolve()
    if folder.root.exists() and not folder.root.is_dir():
        raise InvalidInput(f"{folder.root}: is no directory", fix="Name another: --into DIR")
    if suite_file.is_relative_to(root / folder.suite.name):
        raise InvalidInput(
            f"{plan.suite_file}: is the copy that a sweep keeps",
            fix="Name the suite it was copied from.",
        )
    if folder.suite.exists() and not folder.experiment_file.exists():
        raise InvalidInput(
            f"{folder.suite}: is there already, and no sweep made it",
            fix="Name another directory: --into DIR",
        )
    if folder.experiment_file.exists():
        before = read_experiment(folder).experiment
        if before != plan.experiment:
            raise InvalidInput(
                f"{folder.root}: holds the sweep of the experiment {before!r}, "
                f"and this is {plan.experiment!r}",
                fix=f"Name another directory: --into {SweepFolder.default(plan.experiment).root}",
            )
    for copied in files.folders:
        if root.is_relative_to(copied.resolve()):
            raise InvalidInput(
                f"{folder.root}: lies in {copied}, which the suite copies into runs",
                fix="Name a directory outside of it: --into DIR",
            )
    for name, source in files.named.items():
        if folder.keeps(source):
            raise InvalidInput(
                f"{source}: is a file of the suite, and lies where a sweep in {folder.root} keeps "
                "its own",
                fix="Name another directory: --into DIR",
            )
        if name in _RESERVED:
            raise InvalidInput(
                f"{source}: the copy of the suite has a file of its own that is called {name}",
                fix="Give the file another name.",
            )


def suite_digest(files: SuiteFiles) -> str:
    """Return the digest of a suite and of all files it names."""
    sources = Sources(files.suite_file.parent)
    with explained(files.suite_file):
        text = files.suite_file.read_text(encoding="utf-8-sig")
    named = [(str(name), sources.digest(path)) for name, path in files.named.items()]
    return content_digest(text, named)


def _planned_from(suite_folder: Path, stored: Experiment) -> SweepPlan:
    suite_file = suite_folder / SUITE_FILE
    suite = load_suite(suite_file)
    if suite.target is not None and stored.repository is not None:
        target = suite.target.model_copy(update={"repository": stored.repository})
        suite = suite.model_copy(update={"target": target})
    if suite_digest(SuiteFiles(suite, suite_file)) != stored.suite_digest:
        raise InvalidInput(
            f"{suite_folder}: was changed since the sweep was begun",
            fix="Change the suite that it was copied from, then: midspan sweep run suite.yaml "
            f"--into {suite_folder.parent}",
        )

    def resolve(_target: Target, revision: Revision) -> ResolvedRevision:
        known = stored.revisions.get(revision.label)
        if known is None:
            raise InvalidInput(
                f"{suite_folder / EXPERIMENT_FILE}: has no commit of {revision.label}"
            )
        return known.as_resolved(revision.label)

    return sweep_plan(suite, suite_file, experiment=stored.experiment, resolve=resolve)


def _experiment(plan: SweepPlan, suite_folder: Path) -> Experiment:
    return Experiment(
        experiment=plan.experiment,
        suite_digest=suite_digest(SuiteFiles(plan.suite, suite_folder / SUITE_FILE)),
        repository=plan.suite.target.repository if plan.suite.target else None,
        revisions={
            revision.label: StoredRevision(ref=revision.ref, sha=revision.sha)
            for revision in plan.revisions
        },
    )


def _require_same(plan: SweepPlan, suite_folder: Path) -> None:
    """Raise unless the copy plans the same runs: files may change while they are copied."""
    again = _planned_from(suite_folder, read_experiment_file(suite_folder / EXPERIMENT_FILE))
    if again.suite != plan.suite or again.runs != plan.runs:
        raise InvalidInput(
            f"{plan.suite_file}: was changed, or a file it names, while it was read",
            fix="Run the same command again.",
        )


@contextmanager
def _replaced(folder: Path) -> Iterator[Path]:
    """Give a new folder, which then takes the other's place unless both hold the same."""
    part, old = (folder.with_name(f"{folder.name}.{end}") for end in ("part", "old"))
    for left in (part, old):  # by one who was killed
        shutil.rmtree(left, ignore_errors=True)
    part.mkdir()
    try:
        yield part
        if not _is_same(part, folder):
            if folder.exists():
                folder.rename(old)
            part.rename(folder)
    finally:
        for left in (part, old):
            shutil.rmtree(left, ignore_errors=True)


def _is_same(part: Path, folder: Path) -> bool:
    """Return whether the folder holds the same suite, and holds it whole."""
    try:
        before = (folder / EXPERIMENT_FILE).read_bytes()
        if before != (part / EXPERIMENT_FILE).read_bytes():
            return False
        _planned_from(folder, read_experiment_file(folder / EXPERIMENT_FILE))
    except (InvalidInput, OSError):
        return False
    return True
