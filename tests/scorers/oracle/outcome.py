"""The outcome of a run and the rows that follow from it, step by step in plain Python."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

Row = dict[str, Any]
Judge = Callable[[str | None], bool | None]

READ_THE_ANSWER = {"substring", "exact", "regex", "choice", "number", "json", "key_points"}
LIMITS = ("max steps", "context length", "budget exceeded")


def complete(
    run: Row,
    spans: Iterable[Row],
    suite: Sequence[tuple[str, str]],
    matches: bool | None,
    judge: Judge | None,
) -> list[Row] | None:
    """Recorded checks, one an id, and those of the suite that the record lacks."""
    merged: dict[str, Row] = {}
    for check in run["checks"] or []:
        if check["id"] in merged:
            both = [merged[check["id"]]["passed"], check["passed"]]
            passed = False if False in both else None if None in both else True
            merged[check["id"]]["passed"] = passed
        else:
            merged[check["id"]] = {**check}
    if run["status"] != "missing" or run["ended_by"] is not None:
        for name, kind in suite:
            if name not in merged:
                passed = from_answer(run, spans, judge) if kind in READ_THE_ANSWER else None
                merged[name] = {"id": name, "kind": kind, "passed": passed}
    for check in merged.values():
        if check["kind"] == "expected_calls" and matches is not None:
            check["passed"] = matches
    return [*merged.values()] or run["checks"]


def from_answer(run: Row, spans: Iterable[Row], judge: Judge | None) -> bool | None:
    """What the answer says of a check that no record has; None: it says nothing."""
    if judge is None or (run["status"] == "incomplete" and run["ended_by"] is None):
        return None
    models = [span for span in spans if span["kind"] == "llm" and span["duplicate_of"] is None]
    last = max(models, key=lambda span: span["start_ns"], default=None)
    if run["answer"] is None and (last is None or last["calls_emitted"] is None):
        return None
    return judge(run["answer"])


def outcome(run: Row, spans: Iterable[Row], checks: list[Row] | None) -> str:
    answer = (run["answer"] or "").strip()
    by, broken = run["ended_by"], run["status"] == "incomplete" and run["ended_by"] is None
    steps = [
        span
        for span in spans
        if span["kind"] in ("llm", "tool", "retriever") and span["duplicate_of"] is None
    ]
    last = max(steps, key=lambda span: span["start_ns"], default=None)
    root = next((span for span in spans if span["span_id"] == run["root_span_id"]), None)
    said = (root["error_type"] or "") if root and root["status"] == "error" else ""
    request_failed = (
        last is not None
        and last["kind"] == "llm"
        and last["status"] == "error"
        and not last["calls_emitted"]
    )
    if last is not None and last["error_type"] in ("client_left", "stopped"):
        # The agent was done with its answer: nobody waited for that reply.
        request_failed = request_failed and not (run["exit_code"] == 0 and answer)
    too_long = (
        request_failed and last is not None and "context length" in (last["error_type"] or "")
    )
    if by in ("launch_failed", "platform") or (run["status"] == "missing" and by is None):
        return "infra"
    if by == "timeout":
        return "timeout"
    if by == "budget" or too_long or any(limit in said for limit in LIMITS):
        return "budget"
    if request_failed:
        return "provider_error"
    crashed = run["exit_code"] not in (None, 0) or by == "signal"
    if crashed or (run["status"] == "error" and not answer) or (broken and run["planned"]):
        return "agent_error"
    if broken:
        return "unscored"
    silent = run["calls"] is None if run["llm_calls"] else run["ended_by"] is None
    unknown = run["output_tokens"] is None and silent
    nothing = not run["output_tokens"] and not run["calls"] and not unknown
    read = any(
        check["kind"] in READ_THE_ANSWER and check["passed"] is not None for check in checks or []
    )
    if not answer and (nothing or read):
        return "no_answer"
    if not checks or any(check["passed"] is None for check in checks):
        return "unscored"
    return "success" if all(check["passed"] for check in checks) else "wrong"


def rows(
    run: Row,
    spans: list[Row],
    suite: Sequence[tuple[str, str]] | None,
    matches: bool | None,
    judge: Judge | None = None,
) -> dict[str, str | float | None]:
    """Every score of the run by name; None: not evaluated. `suite` None: no suite has the task."""
    checks = complete(run, spans, suite or (), matches, judge)
    how = outcome(run, spans, checks)
    found: dict[str, str | float | None] = {"outcome": how}
    if how == "infra":
        return found
    for check in checks or []:
        passed = check["passed"]
        found[f"check.{check['id']}"] = None if passed is None else float(passed)
    guess = run["planned"] and run["checks"] is None and suite is None
    if checks or guess:
        found["success"] = None if how == "unscored" or guess else float(how == "success")
    if "success" in found:
        won, turns = found["success"], run["turns"]
        known = won == 0 or (won == 1 and turns is not None)
        found["gamma_reward"] = (won and 0.5 ** max(turns - 1, 0)) if known else None
    return found
