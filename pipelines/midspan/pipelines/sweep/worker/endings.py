"""What ended a launch, and the record that says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from midspan.instrumentation.encoding import clean
from midspan.instrumentation.proxy.answers import Written
from midspan.pipelines.records import (
    LARGEST_COUNT,
    BudgetKind,
    CheckResult,
    EndedBy,
    HardwareRecord,
    HarnessRecord,
    ResultRecord,
)
from midspan.pipelines.sweep.harnesses import Said
from midspan.pipelines.sweep.keeper.messages import Report
from midspan.pipelines.sweep.plan import SweepRun
from midspan.pipelines.sweep.worker.budgets import exceeded
from midspan.pipelines.sweep.worker.usage import Usage

LONGEST_PROBLEM: Final = 1000
"""Characters that a record keeps of why a launch came to nothing."""


@dataclass(kw_only=True)
class Findings:
    """All that became known of a launch."""

    started_ns: int
    """Of the program; of the launch where it did not come to that."""
    ended_ns: int | None = None
    report: Report = field(default_factory=lambda: Report(by="not_started"))
    said: Said = field(default_factory=lambda: Said(answer=None))
    used: Usage = field(default_factory=Usage)
    passed: BudgetKind | None = None
    """The limit for which the agent was stopped."""
    written: Written = field(default_factory=Written)
    checks: Sequence[CheckResult] = ()
    last_words: str | None = None
    """The last line that an agent printed which exited with an error."""
    problem: str | None = None
    """What kept it from being launched, or took the ground from under it."""


def ending(run: SweepRun, found: Findings) -> tuple[EndedBy, BudgetKind | None]:
    """Return what ended a launch; a limit counts also where the agent was done before us.

    Otherwise it would hang on how busy the machine is whether a run kept to its budget.
    """
    by = found.report.by
    if by == "not_started":
        return "launch_failed", None
    if by == "timeout":
        return "timeout", None
    if found.problem is not None or by == "lost":
        return "platform", None
    if by == "killed":
        return "signal", None
    passed = found.passed or exceeded(run.task.budget, found.used) or found.said.budget
    if passed is not None:
        return "budget", passed
    return ("signal" if (found.report.code or 0) < 0 else "exit"), None


def record_of(
    run: SweepRun,
    launch: int,
    found: Findings,
    *,
    identity: HarnessRecord,
    sampling: Mapping[str, Any],
    serve: Mapping[str, Any],
    hardware: HardwareRecord,
    now_ns: int,
) -> ResultRecord:
    """Return the record of a launch that is over."""
    ended_by, budget = ending(run, found)
    said, limits = found.said, run.task.budget
    return ResultRecord(
        run_id=run.run_id,
        launch=launch,
        ended_by=ended_by,
        budget=budget,
        exit_code=found.report.code,
        problem=_shortened(found.problem or said.failed or found.last_words),
        answer=said.answer,
        checks=list(found.checks),
        started_ns=found.started_ns,
        ended_ns=now_ns if found.ended_ns is None else found.ended_ns,
        harness=HarnessRecord(
            name=identity.name,
            version=identity.version,
            tools_digest=identity.tools_digest,
            retry_budget=_first(said.retry_budget, identity.retry_budget, limits.retries),
            max_turns=_first(said.max_turns, identity.max_turns, limits.turns),
        ),
        sampling=dict(sampling),
        serve=dict(serve),
        hardware=hardware,
        spans_written=max(found.used.spans, found.written.spans_written),
        # An agent says what it likes of its own, span after span; a record holds so much.
        spans_lost=min(LARGEST_COUNT, max(found.used.lost, found.written.spans_lost)),
    )


def _shortened(text: str | None) -> str | None:
    """Return the beginning of a text; all of it stands in the log."""
    text = clean(text or "").strip()
    return text[:LONGEST_PROBLEM] or None


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)
