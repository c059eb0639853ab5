"""Everything that a report shows, read from a workspace."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import polars as pl

from midspan.dashboards.report.blocks import StepFrames
from midspan.dashboards.report.document import in_order
from midspan.dashboards.report.frames import About, ReportFrames, ShownTask
from midspan.dashboards.report.spans import READ
from midspan.pipelines.comparison.compare import ground_of, require_scores
from midspan.pipelines.comparison.failures import failures
from midspan.pipelines.files import load_setting, load_suite
from midspan.pipelines.records import PLAN_FILE, read_plan
from midspan.pipelines.reporting.figures import computed
from midspan.pipelines.reporting.links import servers
from midspan.pipelines.reporting.pivots import Pivots
from midspan.pipelines.reporting.secrets import SecretsTakenOut
from midspan.pipelines.reporting.tasks import suite_tasks, told_tasks, without_secrets
from midspan.pipelines.scoring.judged_by import recall
from midspan.pipelines.workspace import Workspace
from midspan.scorers.comparison import Ground
from midspan.scorers.comparison.runs import AXES, OF_RUN, SOURCE
from midspan.scorers.plugins import declarations
from midspan.scorers.profile import Profile
from midspan.scorers.setting import Setting
from midspan.scorers.suite import Suite

Tell = Callable[[str], None]

_FACTS: Final = ("outcome", "meant", "infra", "counted", "evaluated", "traced")


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What the runs are judged by, and what is to be said of it."""

    setting: Setting
    suite: Suite | None = None
    suite_path: Path | None = None
    profile_path: Path | None = None
    notes: Sequence[str] = ()

    @classmethod
    def of(cls, workspace: Path, *, suite: Path | None, profile: Path | None) -> "Judged":
        """Return the files that are named, else those that the workspace was scored with."""
        recalled = recall(workspace, suite=suite, profile=profile)
        return cls(
            setting=load_setting(suite=recalled.suite, profile=recalled.profile, examples=False),
            suite=load_suite(recalled.suite) if recalled.suite is not None else None,
            suite_path=recalled.suite,
            profile_path=recalled.profile,
            notes=recalled.notes,
        )


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What a report is made of; steps and figures are read when they are asked for."""

    runs: pl.DataFrame
    """In the order of the report."""
    steps: Callable[[], StepFrames]
    """Not kept, but for the texts: most of the memory is theirs."""
    secrets: SecretsTakenOut
    """For the steps; the rest of the report has its own."""
    figured: Callable[[], ReportFrames]

    @cached_property
    def frames(self) -> ReportFrames:
        """Return what stands in the document: it takes most of the time."""
        return self.figured()

    @property
    def secrets_found(self) -> int:
        """Return how many secrets were taken out so far."""
        of_document = self.frames.redact
        counts = [self.secrets.redaction.counts]
        if isinstance(of_document, SecretsTakenOut):
            counts.append(of_document.redaction.counts)
        return sum(sum(each.values()) for each in counts)


def gathered(
    workspace: Workspace,
    judged: Judged,
    *,
    now: datetime | None = None,
    title: str | None = None,
    tell: Tell = lambda _stage: None,
) -> Gathered:
    """Return what a report of a workspace is made of; reads alone, and writes nothing."""
    tell("reading")
    tables, every_score = workspace.tables(), workspace.table("scores")
    text = _begun(tables.text.select(READ))
    read, scores = pl.collect_all([tables.runs, every_score])
    ground = _held(ground_of([workspace]), scores)
    profile = _possible(judged.setting.profile, ground)
    order = _planned(workspace.path)
    runs = in_order(_with_facts(read, ground), order)
    secrets = SecretsTakenOut()

    def figured() -> ReportFrames:
        known = declarations(profile)
        tell("comparing")
        with ThreadPoolExecutor(max_workers=1) as pool:
            # Causes are looked for in Python, figures made outside of it for the most part.
            causes = pool.submit(failures, workspace, setting=judged.setting)
            figures = computed(ground, Pivots.of(ground, order), profile, known)
            tell("looking for causes of failures")
            found = causes.result().as_dict()
        return ReportFrames(
            about=_about(workspace.path, judged, runs, now=now, title=title),
            runs=runs,
            scores=scores,
            computed=figures,
            failures=_without_secrets(found, secrets),
            known=known,
            order=order,
            tasks=_tasks(judged, runs, text.result(), secrets),
            servers=servers(workspace.path),
            quarantined=_height(workspace.table("quarantine")),
            redact=secrets,
        )

    def steps() -> StepFrames:
        spans, calls = pl.collect_all([tables.spans, tables.calls])
        return StepFrames(spans=spans, text=text.result(), calls=calls, scores=scores)

    return Gathered(runs=runs, steps=steps, secrets=SecretsTakenOut(), figured=figured)


def _begun(table: pl.LazyFrame) -> Future[pl.DataFrame]:
    """Return a table that is read meanwhile."""
    with_one = ThreadPoolExecutor(max_workers=1)
    reading = with_one.submit(table.collect)
    with_one.shutdown(wait=False)
    return reading


def _about(
    workspace: Path,
    judged: Judged,
    runs: pl.DataFrame,
    *,
    now: datetime | None,
    title: str | None,
) -> About:
    experiments, name = sorted(set(runs["experiment"])), workspace.resolve().name
    return About(
        title=title or ", ".join(experiments[:3]) or name,
        made=now or datetime.now(UTC),
        version=version("midspan"),
        workspace=name,
        suite=judged.suite.suite if judged.suite is not None else None,
        profile=judged.profile_path.name if judged.profile_path is not None else None,
        notes=judged.notes,
    )


def _held(ground: Ground, scores: pl.DataFrame) -> Ground:
    """Return the ground with what it stands on read already, and once."""
    # Of rows about steps a comparison looks at nothing but who gave them.
    kept = OF_RUN | pl.struct("run_id", "scorer", "scorer_version").is_first_distinct()
    here = scores.filter(kept).drop("explanation", "evidence", "reason", "label")
    return replace(
        ground,
        runs=ground.runs.collect().lazy(),
        scores=here.with_columns(pl.lit(0, pl.Int8).alias(SOURCE)).lazy(),
    )


def _with_facts(runs: pl.DataFrame, ground: Ground) -> pl.DataFrame:
    # A page asks of checks alone whether a run has a rate of success.
    facts = ground.facts.select("run_id", *_FACTS, checked="rated")
    return runs.join(facts, on="run_id", how="left", maintain_order="left")


def _planned(workspace: Path) -> Mapping[str, Sequence[str]]:
    plan = workspace / PLAN_FILE
    if not plan.is_file():
        return {}
    runs = list(read_plan(plan))
    found: dict[str, list[str]] = {}
    for axis in AXES:
        values = (getattr(run, axis) for run in runs)
        found[axis] = list(dict.fromkeys(value for value in values if value is not None))
    return found


def _possible(profile: Profile, ground: Ground) -> Profile:
    """Return the profile, once it is known that its primary scores are scores."""
    known = declarations(profile)
    fix = "Mend the name in the `compare` of the profile."
    require_scores(list(profile.compare.primary), ground, known, fix=fix)
    return profile


def _tasks(
    judged: Judged, runs: pl.DataFrame, text: pl.DataFrame, secrets: SecretsTakenOut
) -> Sequence[ShownTask]:
    known: list[ShownTask] = []
    if judged.suite is not None and judged.suite_path is not None:
        experiments = sorted(set(runs["experiment"]))
        known = suite_tasks(judged.suite, judged.suite_path.parent, experiments)
    every = [*known, *told_tasks(runs, text, known)]
    return [without_secrets(task, secrets.redaction) for task in every]


def _without_secrets(found: Mapping[str, Any], secrets: SecretsTakenOut) -> Mapping[str, Any]:
    causes = [
        {**cause, "signature": secrets.redaction(cause["signature"], cause["example"])}
        for cause in found["causes"]
    ]
    return {**found, "causes": causes}


def _height(frame: pl.LazyFrame) -> int:
    return int(frame.select(pl.len()).collect().item())
