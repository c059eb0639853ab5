"""What a sweep runs: the cells of a suite, trial by trial, each run with its own id."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from midspan.pipelines.files import load_suite
from midspan.pipelines.records import PlannedRun
from midspan.pipelines.run_ids import content_digest, file_digest, run_id_of
from midspan.pipelines.sweep.sources import Sources
from midspan.scorers.errors import InvalidInput
from midspan.scorers.file_format.fields import SUITE_NAME
from midspan.scorers.suite import Harness, Model, Revision, Suite, Target, Task, Tier


@dataclass(frozen=True, kw_only=True)
class ResolvedRevision:
    """A revision of the target, and the commit that it is."""

    label: str
    """Its name in tables."""
    ref: str
    """As the suite says it."""
    sha: str
    """40 hex digits."""


Resolve = Callable[[Target, Revision], ResolvedRevision]
"""Finds the commit of a revision; raises `InvalidInput` where there is none."""


@dataclass(frozen=True, kw_only=True)
class SweepRun:
    """One run, with all that it is made of; the names stand in `planned`."""

    planned: PlannedRun
    task: Task
    model: Model
    revision: ResolvedRevision | None
    """None without a target."""
    tier: Tier
    harness: Harness

    @property
    def run_id(self) -> str:
        """Its id, equal for equal inputs."""
        return self.planned.run_id

    @property
    def harness_name(self) -> str:
        """What the suite calls its harness: in the plan stands the version, too."""
        return (self.planned.harness or "").partition("@")[0]


@dataclass(frozen=True, kw_only=True)
class SweepPlan:
    """All runs of a suite, variant after variant."""

    suite: Suite
    """As in its file; but the target's repository is an absolute path where it is a path."""
    suite_file: Path
    experiment: str
    runs: tuple[SweepRun, ...]

    @property
    def folder(self) -> Path:
        """Where the suite lies: what it names is relative to this."""
        return self.suite_file.parent

    @property
    def revisions(self) -> tuple[ResolvedRevision, ...]:
        """The revisions that are run, in the order of the matrix."""
        found = {run.revision.label: run.revision for run in self.runs if run.revision}
        return tuple(found.values())


def planned_sweep(
    suite_file: Path, *, experiment: str | None = None, resolve: Resolve
) -> SweepPlan:
    """Return the runs of the suite in a file; its revisions are resolved, its files read."""
    suite = at_home(load_suite(suite_file), suite_file.parent)
    return sweep_plan(suite, suite_file, experiment=experiment, resolve=resolve)


def sweep_plan(
    suite: Suite, suite_file: Path, *, experiment: str | None = None, resolve: Resolve
) -> SweepPlan:
    """Return the runs of a suite that lies in a file of that name."""
    _require_runs(suite, suite_file)
    name = experiment if experiment is not None else suite.suite
    if not re.search(SUITE_NAME, name):
        raise InvalidInput(
            f"--experiment {name[:80]!r} is no name of an experiment",
            fix="Letters, digits, . _ - only, 64 at most, a letter or digit first.",
        )
    revisions = _resolved(suite, resolve)
    runs = tuple(_runs(suite, Sources(suite_file.parent), name, revisions))
    return SweepPlan(suite=suite, suite_file=suite_file, experiment=name, runs=runs)


def at_home(suite: Suite, folder: Path) -> Suite:
    """Return the suite with the path of its target's repository made absolute."""
    if suite.target is None or not (folder / suite.target.repository).exists():
        return suite
    path = str((folder / suite.target.repository).resolve())
    target = suite.target.model_copy(update={"repository": path})
    return suite.model_copy(update={"target": target})


def _require_runs(suite: Suite, suite_file: Path) -> None:
    if suite.matrix is None:
        raise InvalidInput(
            f"{suite_file}: has no `matrix`, so there is nothing to run",
            fix="Add `matrix: {models: [...], harnesses: [...]}`; docs/suite.md shows one.",
        )
    if not suite.run_count:
        raise InvalidInput(
            f"{suite_file}: the matrix has no cell, so there is nothing to run",
            fix="Give it at least one model and one harness, and do not exclude all of them.",
        )


def _resolved(suite: Suite, resolve: Resolve) -> dict[str, ResolvedRevision]:
    """Return the revisions in use by name; all that cannot be resolved are told together."""
    if suite.target is None or suite.matrix is None:
        return {}
    used = {variant.revision for variant in suite.variants}
    found: dict[str, ResolvedRevision] = {}
    wrong: list[InvalidInput] = []
    for revision in suite.matrix.revisions or ():
        if revision.label in used:
            try:
                found[revision.label] = resolve(suite.target, revision)
            except InvalidInput as error:
                wrong.append(error)
    if wrong:
        fixes = dict.fromkeys(error.fix for error in wrong if error.fix)
        raise InvalidInput(
            "\n".join(str(error.args[0]) for error in wrong), fix="\n".join(fixes) or None
        )
    _refuse_same_commit(found)
    return found


def _refuse_same_commit(revisions: Mapping[str, ResolvedRevision]) -> None:
    labels: dict[str, str] = {}
    for revision in revisions.values():
        other = labels.setdefault(revision.sha, revision.label)
        if other != revision.label:
            raise InvalidInput(
                f"the revisions {other} and {revision.label} are the same commit, "
                f"{revision.sha[:12]}: nothing could be told from comparing them",
                fix="Leave one of them out of `matrix.revisions`.",
            )


def _runs(
    suite: Suite,
    sources: Sources,
    experiment: str,
    revisions: Mapping[str, ResolvedRevision],
) -> Iterator[SweepRun]:
    assert suite.matrix is not None
    tasks = {task.id: task for task in suite.tasks}
    models = {model.name: model for model in suite.matrix.models}
    contents: dict[tuple[str, str], str] = {}
    for cell in suite.cells:
        variant, task = cell.variant, tasks[cell.task]
        tier = suite.tiers.get(variant.tier, Tier())
        harness = suite.harnesses[variant.harness]
        revision = revisions.get(variant.revision)
        content = contents.get((task.id, variant.tier))
        if content is None:
            content = content_digest(task.prompt, _given(task, tier, sources))
            contents[task.id, variant.tier] = content
        axes = {
            "model": variant.model,
            "revision_sha": revision.sha if revision else None,
            "tier": variant.tier if suite.tiers else None,
            "harness": identity(variant.harness, harness),
        }
        for trial in range(suite.matrix.trials):
            run_id = run_id_of(content, experiment=experiment, task=task.id, trial=trial, **axes)
            planned = PlannedRun(
                run_id=run_id,
                experiment=experiment,
                suite=suite.suite,
                task=task.id,
                set=task.set,
                revision=revision.label if revision else None,
                trial=trial,
                **axes,
            )
            yield SweepRun(
                planned=planned,
                task=task,
                model=models[variant.model],
                revision=revision,
                tier=tier,
                harness=harness,
            )


def _given(task: Task, tier: Tier, sources: Sources) -> list[tuple[str, bytes]]:
    """Return digests of what a run finds beside its prompt: files, and what its tier does."""
    files = sources.digests([*task.files, *tier.files])
    said = tier.model_dump(mode="json", exclude={"files", "setup_seconds"}, exclude_defaults=True)
    # No file is called this: a slash at its end would make it a folder.
    return [*files, ("tier/", file_digest(msgspec.json.encode(said)))] if said else files


def identity(name: str, harness: Harness) -> str:
    """Return what a harness is called in the plan: with its version, where the suite gives one."""
    return f"{name}@{harness.version}" if harness.version else name
