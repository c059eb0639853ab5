"""Faults of calls counted call by call in plain Python."""

from collections.abc import Iterable
from typing import Any


def fault_scores(
    calls: Iterable[dict[str, Any]], first_attempts: set[tuple[str, int]]
) -> dict[tuple[str, str], float | None]:
    """Scores by run and name; None where the record does not allow one."""
    by_run: dict[str, list[dict[str, Any]]] = {}
    for call in calls:
        by_run.setdefault(call["run_id"], []).append(call)
    scores: dict[tuple[str, str], float | None] = {}
    for run_id, its in by_run.items():
        emitted = [call for call in its if call["emitted"]]
        if emitted:
            known = [
                call
                for call in emitted
                if call["raw_arguments"] is not None or call["fault"] is not None
            ]
            invalid = [call for call in known if (call["fault"] or "").startswith("model.")]
            scores[run_id, "invalid_calls"] = len(invalid) if known else None
        executed = [call for call in its if call["executed"] and call["fault"] is not None]
        if executed:
            scores[run_id, "call_success_rate"] = share_ok(executed)
        first = [
            call
            for call in its
            if (run_id, call["call"]) in first_attempts and call["fault"] is not None
        ]
        if first:
            scores[run_id, "first_attempt_accuracy"] = share_ok(first)
    return scores


def share_ok(calls: list[dict[str, Any]]) -> float:
    good = [call for call in calls if call["fault"] == "none"]
    return len(good) / len(calls)
