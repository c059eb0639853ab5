"""One row of the runs table: context, what the spans add up to, and what plan and result say."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from midspan.pipelines.ingest.assembly.answered import is_unanswered
from midspan.pipelines.ingest.assembly.calls import Call
from midspan.pipelines.ingest.assembly.shared_fields import SUMMED_FIELDS
from midspan.pipelines.ingest.assembly.structure import Structure
from midspan.pipelines.ingest.span import Span
from midspan.pipelines.records import NO_ANSWER, PlannedRun, ResultRecord

DEFAULT_EXPERIMENT: Final = "default"


def run_row(
    run_id: str,
    structure: Structure,
    calls: Sequence[Call],
    plan: PlannedRun | None,
    result: ResultRecord | None,
    launch: int,
) -> tuple[Any, ...]:
    """Return the row of a run, with or without spans."""
    spans = [node.span for node in structure.nodes]
    llms = [node.span for node in structure.llms]
    root = structure.root.span if structure.root else None
    notes: list[str] = []
    context = _context(spans, root, plan, notes)
    answered = [span for span in llms if not _adds_nothing(span)]
    harness = result.harness if result else None
    return (
        run_id,
        list(dict.fromkeys(span.trace_id for span in ([root] if root else []) + spans)),
        root.span_id if root else None,
        context.get("experiment") or DEFAULT_EXPERIMENT,
        plan.suite if plan else None,
        context.get("task"),
        plan.set if plan else None,
        context.get("model") or (_model_named(llms) if plan is None else None),
        context.get("revision"),
        plan.revision_sha if plan else None,
        context.get("tier"),
        context.get("trial"),
        context.get("harness"),
        harness.tools_digest if harness else None,
        next((span.session for span in spans if span.session), None),
        plan is not None,
        launch,
        _status(spans, root, result),
        (spans[0].start_ns if spans else None) or (result.started_ns if result else None),
        _last(spans) or (result.ended_ns if result else None),
        _answer(root, llms, result),
        len({node.turn for node in structure.llms}) if spans else None,
        len(llms) if spans else None,
        _call_count(llms, calls) if spans else None,
        *(_total(answered, name) for name in SUMMED_FIELDS),
        harness.retry_budget if harness else None,
        result.ended_by if result else None,
        result.exit_code if result else None,
        [msgspec.structs.asdict(check) for check in result.checks] if result else None,
        _detail(result),
        notes,
    )


def _context(
    spans: Sequence[Span], root: Span | None, plan: PlannedRun | None, notes: list[str]
) -> dict[str, Any]:
    """Return the run's context: the root's first, then any span's, then the plan's.

    A revision is called what the plan calls it: its commit stands in the run's id and its name does
    not, so that a name may have been changed since the spans were written.
    """
    merged = {**root.context} if root is not None else {}
    for span in spans:
        for name, value in span.context.items():
            if merged.setdefault(name, value) != value and "context_conflict" not in notes:
                notes.append("context_conflict")
    if plan is not None:
        for name in ("experiment", "task", "model", "revision", "tier", "trial", "harness"):
            merged.setdefault(name, getattr(plan, name))
        if plan.revision is not None:
            merged["revision"] = plan.revision
    return merged


def _model_named(llms: Sequence[Span]) -> str | None:
    """Return the model that all LLM calls name, for runs of which nothing else says it.

    A planned run has the model of its plan, or none, as the runs have that it is compared with.
    """
    names = {span.request_model or span.response_model for span in llms}
    return names.pop() if len(names) == 1 else None


def _status(spans: Sequence[Span], root: Span | None, result: ResultRecord | None) -> str:
    if not spans:
        return "missing"
    if root is None or root.end_ns is None:
        return "incomplete"
    return "error" if root.status == "error" or _crashed(result) else "ok"


def _crashed(result: ResultRecord | None) -> bool:
    """Return whether the process failed, which no span may have lived to say."""
    return result is not None and (result.ended_by == "signal" or bool(result.exit_code))


def _answer(root: Span | None, llms: Sequence[Span], result: ResultRecord | None) -> str | None:
    """Return the final answer: as recorded, else the root's output, else the last turn's text."""
    if result is not None and result.answer:
        return result.answer
    if result is not None and any(check.detail == NO_ANSWER for check in result.checks):
        # What a model said last is not what the agent gave: its checks had nothing to read.
        return None
    if result is None and root is not None and root.status == "error":
        # An agent that raised gave nobody what its model had said last.
        return None
    if root is not None and root.kind == "agent" and root.output and root.status != "error":
        return root.output
    last = llms[-1] if llms and not is_unanswered(llms[-1]) else None
    # A call written as text that nobody executed is what the agent ended with.
    said_last = last is not None and (not last.emitted or last.text_form is not None)
    return last.text if last is not None and said_last else None


def _call_count(llms: Sequence[Span], calls: Sequence[Call]) -> int | None:
    """Return how many calls were made; None where neither messages nor tool spans were recorded."""
    content = any(span.emitted is not None for span in llms)
    return None if llms and not content and not calls else len(calls)


def _adds_nothing(span: Span) -> bool:
    """Return whether a request failed before the model answered: it has no tokens to add."""
    return is_unanswered(span) and span.output_tokens is None


def _total(spans: Sequence[Span], name: str) -> Any:
    """Return the sum, or None where nothing was recorded or any span lacks the value."""
    values = [getattr(span, name) for span in spans]
    return None if not values or None in values else sum(values)


def _last(spans: Sequence[Span]) -> int | None:
    return max((span.end_ns for span in spans if span.end_ns is not None), default=None)


def _detail(result: ResultRecord | None) -> str | None:
    if result is None:
        return None
    parts = {
        "sampling": result.sampling,
        "serve": result.serve,
        "hardware": result.hardware,
        "harness": result.harness,
        "budget": result.budget,
        "problem": result.problem,
        "spans_lost": result.spans_lost,
    }
    return msgspec.json.encode({name: part for name, part in parts.items() if part}).decode()
