"""What retries cost and brought, attempt by attempt in plain Python."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]
Share = tuple[float, float]
"""Numerator and what it is out of."""


def retry_scores(
    operations: Iterable[Row], responses: Iterable[Row], calls: Iterable[Row], spans: Iterable[Row]
) -> dict[str, dict[str, float | Share | None]]:
    """The scores of each run with an attempt; None where the record does not tell."""
    calls, spans, responses = list(calls), list(spans), list(responses)
    degenerate = {(row["run_id"], row["responding_call"]) for row in responses if row["degenerate"]}
    unknown = {
        (row["run_id"], row["responding_call"]) for row in responses if row["response"] is None
    }
    chains: dict[str, dict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for attempt in operations:
        chains[attempt["run_id"]][attempt["operation"]].append(attempt)
    found: dict[str, dict[str, float | Share | None]] = {}
    for run_id, of_run in chains.items():
        retries = [each for chain in of_run.values() for each in chain if each["attempt"] > 0]
        recovered = [
            chain
            for chain in of_run.values()
            if chain[0]["failed"] and any(not each["failed"] for each in chain[1:])
        ]
        wasted = wasted_tokens(run_id, degenerate, unknown, calls, spans)
        found[run_id] = {
            "retries_spent": len(retries),
            "attempts_per_operation": (len(retries) + len(of_run), len(of_run)),
            "wasted_tokens": wasted,
        }
        if retries:
            bad = [each for each in retries if (run_id, each["call"]) in degenerate]
            found[run_id]["retry_efficiency"] = (len(recovered), len(retries))
            untold = any((run_id, each["call"]) in unknown for each in retries)
            found[run_id]["retry_waste"] = None if untold else (len(bad), len(retries))
    return found


def wasted_tokens(
    run_id: str,
    degenerate: set[tuple[str, int]],
    unknown: set[tuple[str, int]],
    calls: list[Row],
    spans: list[Row],
) -> float | None:
    turns: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for call in calls:
        if call["run_id"] == run_id and call["turn"] is not None:
            turns[call["turn"]].append((run_id, call["call"]))
    total = 0
    for turn, calls_of_turn in turns.items():
        if not all(call in degenerate | unknown for call in calls_of_turn):
            continue
        if any(call in unknown for call in calls_of_turn):
            return None
        requests = [
            (span["input_tokens"], span["output_tokens"])
            for span in spans
            if (span["run_id"], span["turn"], span["kind"]) == (run_id, turn, "llm")
            and span["duplicate_of"] is None
            and not (span["status"] == "error" and span["output_tokens"] is None)
        ]
        if not requests or any(None in each for each in requests):
            return None
        total += sum(sum(each) for each in requests)
    return total
