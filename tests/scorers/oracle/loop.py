"""Loops, call by call in plain Python: what the vectorised scorer must agree with."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

Call = dict[str, Any]
Turn = tuple[str, int]

SEARCHES = ["search", "search_*", "*_search", "find"]
QUERY = re.compile(
    "query|queries|q|search|search_query|search_terms?|keywords?|terms?|pattern"
    "|question|prompt|text",
    re.IGNORECASE,
)


class Repetition(NamedTuple):
    times: int
    label: str


def repetitions(calls: Iterable[Call]) -> dict[tuple[str, int], Repetition]:
    """How often each call repeats (1: not at all), by run and call."""
    before: dict[tuple[str, str | None], Call] = {}
    asked: dict[tuple[str, str | None, str], list[tuple[list[str], str]]] = defaultdict(list)
    identical: dict[tuple[str, str | None], set[Turn]] = {}
    errors: dict[tuple[str, str | None, str], dict[str, set[Turn]]] = defaultdict(dict)
    found = {}
    for call in sorted(calls, key=lambda call: (call["run_id"], call["call"])):
        agent = (call["run_id"], call["agent"])
        # Calls of one turn count once; one whose turn is unknown is a turn of its own.
        turn = ("call", call["call"]) if call["turn"] is None else ("turn", call["turn"])
        previous = before.get(agent)
        repeats = previous is not None and leads_no_further(previous, call)
        identical[agent] = identical[agent] | {turn} if repeats else {turn}
        in_a_row = len(identical[agent])
        before[agent] = call

        seen = errors[*agent, call["name"]]
        same_error = 1
        if call["failed"] is False:
            seen.clear()
        elif call["failed"] and call["signature"] is not None:
            seen.setdefault(call["signature"], set()).add(turn)
            same_error = len(seen[call["signature"]])

        similar = 1
        if any(fnmatchcase(call["name"], glob) for glob in SEARCHES) and call["arguments"]:
            query = said(call["arguments"])
            if words(query):
                earlier = asked[*agent, call["name"]]
                similar += sum(
                    much_the_same(query, call["arguments"], *other) for other in earlier[-50:]
                )
                earlier.append((query, call["arguments"]))

        count = max(in_a_row, same_error, similar if similar >= 3 else 1)
        label = "similar_search"
        if count in (in_a_row, same_error):
            label = "identical" if in_a_row == count else "same_error"
        found[call["run_id"], call["call"]] = Repetition(count, label)
    return found


def said(arguments: str) -> list[str]:
    """The query: the first argument that is named like one, else all texts."""
    document = json.loads(arguments)
    return next(queries(document), None) or list(texts(document))


def words(query: list[str]) -> set[str]:
    return {word for text in query for word in re.findall(r"\w+", text.lower())}


def queries(value: Any) -> Iterator[list[str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            if QUERY.fullmatch(name) and isinstance(item, str | list):
                yield list(texts(item))
            else:
                yield from queries(item)
    elif isinstance(value, list):
        for item in value:
            yield from queries(item)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts(item)


def much_the_same(query: list[str], arguments: str, other: list[str], others: str) -> bool:
    one, two = words(query), words(other)
    another_page = query == other and arguments != others
    return not another_page and len(one & two) >= 0.6 * len(one | two)


def leads_no_further(previous: Call, call: Call) -> bool:
    return (
        call["name"] == previous["name"]
        and known_equal(arguments(call), arguments(previous))
        and (call["failed"] is True or known_equal(call["result"], previous["result"]))
    )


def arguments(call: Call) -> str | None:
    canonical: str | None = call["arguments"]
    raw: str | None = call["raw_arguments"]
    return raw if canonical is None else canonical


def known_equal(one: str | None, other: str | None) -> bool:
    return one is not None and one == other


def longest_loops(calls: Iterable[Call]) -> dict[str, int | None]:
    """The longest loop by run; None where the record does not allow to tell."""
    calls = list(calls)
    of_run: dict[str, list[Call]] = defaultdict(list)
    for call in calls:
        of_run[call["run_id"]].append(call)
    counts = repetitions(calls)
    longest: dict[str, int | None] = {}
    for run_id, its in of_run.items():
        worst = max(counts[run_id, call["call"]].times for call in its)
        unknown = all(arguments(call) is None for call in its)
        longest[run_id] = None if unknown and len(its) > 1 and worst == 1 else worst
    return longest
