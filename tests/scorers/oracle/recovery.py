"""Recovery of one run, call by call in plain Python: what the scorer must agree with."""

from collections import Counter, defaultdict
from typing import Any, NamedTuple

from tests.scorers.oracle.recovery_cycles import cycles
from tests.scorers.oracle.recovery_links import (
    Call,
    aside,
    hardly_changed,
    identical,
    leaves,
    linked,
    strength,
)

Pair = tuple[Any, Call, Call, str | None]
"""A sort key, a failed call, a later one, and what it would be."""

DEGENERATE = ("identical_retry", "perturbed_retry")
ADAPTIVE = ("modified_retry", "tool_switch", "justified_retry")


class Response(NamedTuple):
    call: int | None
    kind: str | None
    degenerate: bool | None
    cycle: bool


def is_attempt(call: Call) -> bool:
    return call["failed"] is not None and bool(call["executed"] or call["failed"])


def succeeded(call: Call) -> bool:
    return is_attempt(call) and not call["failed"]


def in_turns(run: list[Call]) -> list[list[Call]]:
    """The calls by turn, every turn of them known."""
    turns: dict[int, list[Call]] = defaultdict(list)
    for call in sorted(run, key=lambda call: call["call"]):
        turns[call["turn"]].append(call)
    return [turns[turn] for turn in sorted(turns)]


def candidates(run: list[Call], failed: Call) -> list[list[Call]]:
    """The calls of each later turn that can be about a failure, of its own agent if there are."""
    later = [turn for turn in in_turns(run) if turn[0]["turn"] > failed["turn"]]
    about = [
        [call for call in turn if not aside(call) or call["name"] == failed["name"]]
        for turn in later
    ]
    own = [[call for call in turn if call["agent"] == failed["agent"]] for turn in about]
    chosen = own if any(own) else about
    return [turn for turn in chosen if turn]


def is_following(run: list[Call], failed: Call, later: Call) -> bool:
    turns = candidates(run, failed)
    return bool(turns) and turns[0][0]["turn"] == later["turn"]


def operations(run: list[Call], long_text: float = 0.98) -> dict[int, int]:
    """The first call of the operation of each attempt."""
    of: dict[int, int] = {}
    open_: dict[int, list[Call]] = {}
    for turn in in_turns(run):
        attempts = [call for call in turn if is_attempt(call)]
        pairs = []
        for operation, failures in open_.items():
            for attempt in attempts:
                alike = [
                    strength(failed, attempt)
                    for failed in failures
                    if linked(failed, attempt, is_following(run, failed, attempt), long_text)
                ]
                if alike:
                    pairs.append((-max(alike), attempt["call"], -operation, attempt))
        pairs.sort(key=lambda pair: pair[:3])
        taken: set[int] = set()
        succeeded_in: set[int] = set()
        for only_first in (True, False):
            for _, number, minus, attempt in pairs:
                operation = -minus
                if number in of or (only_first and operation in taken):
                    continue
                if succeeded(attempt) and operation in succeeded_in:
                    continue
                of[number] = operation
                taken.add(operation)
                if succeeded(attempt):
                    succeeded_in.add(operation)
        for attempt in attempts:
            of.setdefault(attempt["call"], attempt["call"])
        for operation in {of[attempt["call"]] for attempt in attempts}:
            its = [attempt for attempt in attempts if of[attempt["call"]] == operation]
            open_.pop(operation, None)
            if not any(map(succeeded, its)):
                open_[operation] = its
    return of


def responses(
    run: list[Call],
    *,
    long_text: float = 0.98,
    transient_retries: int = 2,
    cycle_period: int = 4,
    cycle_times: int = 3,
) -> dict[int, Response]:
    """The response to each failed attempt; the run has no answer and no user messages."""
    of = operations(run, long_text)
    claimed: set[int] = set()
    retried: Counter[int] = Counter()
    found: dict[int, tuple[int | None, str | None]] = {}

    def kind_of(failed: Call, call: Call) -> str | None:
        if leaves(failed) is None or leaves(call) is None:
            return None
        if identical(failed, call):
            return "identical_retry"
        same_error = failed["signature"] is not None and failed["signature"] == call["signature"]
        if call["failed"] and same_error and hardly_changed(failed, call, long_text):
            return "perturbed_retry"
        return "modified_retry"

    def take(failed: Call, call: Call, kind: str | None) -> None:
        claimed.add(call["call"])
        if kind == "identical_retry":
            retried[of[failed["call"]]] += 1
            changed = any(
                each["state_changing"]
                and succeeded(each)
                and failed["call"] < each["call"] < call["call"]
                for each in run
            )
            few = retried[of[failed["call"]]] <= transient_retries
            kind = "justified_retry" if changed or (failed["transient"] and few) else kind
        found[failed["call"]] = (call["call"], kind)

    def assign(pairs: list[Pair]) -> None:
        for _, failed, call, kind in sorted(pairs, key=lambda pair: pair[0]):
            if failed["call"] not in found and call["call"] not in claimed:
                take(failed, call, kind)

    ranks = ["identical_retry", "perturbed_retry", "modified_retry", None]
    for turn in in_turns(run):
        number = turn[0]["turn"]
        waiting = {}
        for failed in sorted(run, key=lambda call: call["call"]):
            if failed["failed"] and failed["turn"] < number and failed["call"] not in found:
                its = [
                    call
                    for calls in candidates(run, failed)
                    for call in calls
                    if call["turn"] == number and call["call"] not in claimed
                ]
                if its:
                    waiting[failed["call"]] = (failed, its)

        def order(failed: Call, call: Call, rank: int) -> Any:
            return (rank, -strength(failed, call), -failed["turn"], failed["call"], call["call"])

        assign(
            [
                (
                    order(failed, call, ranks.index(kind_of(failed, call))),
                    failed,
                    call,
                    kind_of(failed, call),
                )
                for failed, its in waiting.values()
                for call in its
                if call["name"] == failed["name"]
            ]
        )
        switches: list[Pair] = []
        for failed, its in waiting.values():
            if failed["call"] in found:
                continue
            others = [call for call in its if call["name"] != failed["name"]]
            transfers = [call for call in others if call["transfer"]]
            again = identical_after_reads(run, failed, number, others, claimed)
            if transfers:
                found[failed["call"]] = (transfers[0]["call"], "handed_off")
            elif again is not None:
                take(failed, again, "identical_retry")
            else:
                for call in others:
                    latest_first = (-failed["turn"], -strength(failed, call))
                    key = (*latest_first, failed["call"], call["call"])
                    switches.append((key, failed, call, "tool_switch"))
        assign(switches)

    for failed in run:
        if failed["failed"] and failed["call"] not in found:
            ends = [
                call
                for turn in in_turns(run)
                for call in turn
                if call["turn"] > failed["turn"]
                and call["terminal"]
                and call["name"] != failed["name"]
            ]
            said = "answered" if ends and ends[0]["answer"] else "stopped"
            found[failed["call"]] = (ends[0]["call"] if ends else None, said)

    inside = cycles(run, found, cycle_period, cycle_times, judged=(*DEGENERATE, *ADAPTIVE))
    return {
        number: Response(
            call,
            kind,
            (kind in DEGENERATE or number in inside) if kind in DEGENERATE + ADAPTIVE else None,
            number in inside,
        )
        for number, (call, kind) in found.items()
    }


def identical_after_reads(
    run: list[Call], failed: Call, number: int, others: list[Call], claimed: set[int]
) -> Call | None:
    if not others or not all(call["read_only"] for call in others):
        return None
    for calls in candidates(run, failed):
        if calls[0]["turn"] <= number:
            continue
        for call in calls:
            if identical(failed, call) and call["call"] not in claimed:
                return call if call["failed"] else None
        if any(call["name"] == failed["name"] or not call["read_only"] for call in calls):
            return None
    return None
