"""The repeated call rate, call by call in plain Python."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from tests.scorers.oracle.loop import Call, arguments

Rate = tuple[int, int] | None
"""Repeated calls and all; None where the record does not allow to tell."""


def repeated_call_rates(calls: Iterable[Call], changing: Collection[str]) -> dict[str, Rate]:
    of_run: dict[str, list[Call]] = defaultdict(list)
    for call in sorted(calls, key=lambda call: (call["run_id"], call["call"])):
        of_run[call["run_id"]].append(call)
    rates: dict[str, Rate] = {}
    for run_id, its in of_run.items():
        repeated = sum(
            any(
                brings_nothing_new(earlier, call)
                for position, earlier in enumerate(its[:number])
                if not any(each["name"] in changing for each in its[position + 1 : number])
            )
            for number, call in enumerate(its)
        )
        unknown = len(its) > 1 and all(arguments(call) is None for call in its)
        rates[run_id] = None if unknown else (repeated, len(its))
    return rates


def brings_nothing_new(earlier: Call, call: Call) -> bool:
    same: Any = arguments(call)
    return (
        call["name"] == earlier["name"]
        and same is not None
        and same == arguments(earlier)
        and (
            call["failed"] is True
            or (call["result"] is not None and call["result"] == earlier["result"])
        )
    )
