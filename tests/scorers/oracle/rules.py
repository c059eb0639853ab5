"""A few rules, call by call in plain Python."""

from itertools import pairwise
from typing import Any

Row = dict[str, Any]
Verdict = tuple[float | None, list[int]]
"""1 kept, 0 broken, None not known; and the calls that break it."""


def verdicts(
    calls: list[Row], tokens: list[tuple[int, int | None]], answer: str | None, *, turns: int
) -> dict[str, Verdict]:
    """The rules of the test by name, for the calls of one run."""
    return {
        "no": broken_by([call["call"] for call in calls if call["name"] == "b"]),
        "must": (float(any(call["name"] == "b" for call in calls)), []),
        "first": broken_by(too_early(calls)),
        "few": limits(calls, tokens),
        "once": repeats(calls, 2),
        "use": unused(calls, answer, within=1, turns=turns),
    }


def broken_by(calls: list[int], *, unknown: bool = False) -> Verdict:
    if calls:
        return 0.0, calls
    return (None if unknown else 1.0), []


def too_early(calls: list[Row]) -> list[int]:
    seen, broken = False, []
    for call in calls:
        if call["name"] == "a":
            seen = True
        elif not seen:
            broken.append(call["call"])
    return broken


def limits(calls: list[Row], tokens: list[tuple[int, int | None]]) -> Verdict:
    beyond = [call["call"] for call in calls if call["call"] == 2]
    known = sum(given + output for given, output in tokens if output is not None)
    unknown = any(output is None for _, output in tokens)
    if known > 25:
        return 0.0, beyond
    return broken_by(beyond, unknown=unknown)


def repeats(calls: list[Row], limit: int) -> Verdict:
    broken, unknown = [], False
    for agent in {call["agent"] for call in calls}:
        its = [call for call in calls if call["agent"] == agent]
        for at in range(limit - 1, len(its)):
            last = its[at - limit + 1 : at + 1]
            if len({call["name"] for call in last}) > 1:
                continue
            given = [call["arguments"] for call in last]
            if None not in given and len(set(given)) == 1:
                broken.append(its[at]["call"])
            elif all(None in pair or pair[0] == pair[1] for pair in pairwise(given)):
                unknown = True
    return broken_by(sorted(broken), unknown=unknown)


def unused(calls: list[Row], answer: str | None, *, within: int, turns: int) -> Verdict:
    broken, unknown = [], False
    for call in calls:
        if call["name"] != "a" or call["failed"]:
            continue
        if call["result"] is None:
            unknown = True
            continue
        value = next((each for each in ("zebra77", "x1") if each in call["result"]), None)
        if value is None or value in (call["arguments"] or ""):
            continue
        later = [
            other["arguments"] or ""
            for other in calls
            if call["turn"] < other["turn"] <= call["turn"] + within
        ]
        if turns - 1 <= call["turn"] + within:
            later.append(answer or "")
        if not any(value in text for text in later):
            broken.append(call["call"])
    return broken_by(broken, unknown=unknown)
