"""Calls against expected ones, by trying every pairing there is."""

from collections.abc import Callable
from typing import Any

from midspan.scorers.file_format import ArgumentMatcher
from midspan.scorers.suite import ExpectedCall, ExpectedCalls, KeyedArguments

Call = dict[str, Any]
Fits = Callable[[int, int], bool]


def same(one: Any, other: Any, ordered: bool) -> bool:
    if isinstance(one, list) and isinstance(other, list) and not ordered:
        left = list(other)
        for item in one:
            at = next((n for n, each in enumerate(left) if same(item, each, ordered)), None)
            if at is None:
                return False
            del left[at]
        return not left
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(
            same(a, b, ordered) for a, b in zip(one, other, strict=True)
        )
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def meets(rule: Any, value: Any, ordered: bool) -> bool:
    if not isinstance(rule, ArgumentMatcher):
        return same(rule, value, ordered)
    if rule.any_of is not None:
        return any(same(each, value, ordered) for each in rule.any_of)
    return True


def credit(wanted: ExpectedCall, given: Any, expected: ExpectedCalls) -> float:
    """Shared equal keys / keys that are looked at."""
    rules, mode = wanted.arguments, expected.arguments
    if rules is None or mode == "ignore":
        return 1.0
    if not isinstance(given, dict):
        return 0.0
    needed = {
        name
        for name, rule in rules.items()
        if name in given or not (isinstance(rule, ArgumentMatcher) and rule.optional)
    }
    keys = {"exact": needed | {*given}, "subset": needed, "superset": {*given}}
    if isinstance(mode, KeyedArguments):
        looked_at = (needed | {*given}) & {*mode.keys}
    else:
        looked_at = keys[mode]
    good = [
        name
        for name in looked_at
        if name in rules
        and name in given
        and meets(rules[name], given[name], expected.list_order(name) == "ordered")
    ]
    return len(good) / len(looked_at) if looked_at else 1.0


def most_pairs(rows: int, columns: int, fits: Fits) -> int:
    def best(row: int, taken: frozenset[int]) -> int:
        if row == rows:
            return 0
        options = [column for column in range(columns) if column not in taken and fits(row, column)]
        paired = [1 + best(row + 1, taken | {column}) for column in options]
        return max([best(row + 1, taken), *paired])

    return best(0, frozenset())


def most_in_order(rows: int, columns: int, fits: Fits) -> int:
    def best(row: int, column: int) -> int:
        if row == rows or column == columns:
            return 0
        paired = 1 + best(row + 1, column + 1) if fits(row, column) else 0
        return max(paired, best(row + 1, column), best(row, column + 1))

    return best(0, 0)


def run_scores(
    expected: ExpectedCalls, calls: list[Call], first: set[int]
) -> dict[str, float | None]:
    """The scores of a run by name; calls are those in scope, `first` those first tried."""
    wanted, ordered = expected.calls, expected.mode in ("strict", "in_order")

    def fits(made: list[Call]) -> Fits:
        def fit(row: int, column: int) -> bool:
            call, want = made[row], wanted[column]
            return call["name"] == want.name and credit(want, call["given"], expected) == 1

        return fit

    def count(made: list[Call], find: Any) -> int:
        return int(find(len(made), len(wanted), fits(made)))

    def selected(row: int, column: int) -> bool:
        return bool(calls[row]["name"] == wanted[column].name)

    met, in_order = count(calls, most_pairs), count(calls, most_in_order)
    tried_first = [call for call in calls if call["call"] in first]
    hits = in_order if ordered else met
    size, made = len(wanted), len(calls)
    named = most_pairs(made, size, selected)
    verdict = {
        "strict": hits == size == made,
        "in_order": hits == size,
        "any_order": met == size,
        "unordered": met == size == made,
        "subset": met == made,
    }[expected.mode]
    if not size:
        verdict = not made
    empty = not size and not made
    scores: dict[str, float | None] = {
        "calls_match": float(verdict),
        "calls_precision": hits / made if made else float(empty),
        "calls_recall": hits / size if size else float(empty),
        "calls_f1": 2 * hits / (made + size) if made + size else 1.0,
    }
    if size:
        scores["selection_rate"] = named / size
        of_first = count(tried_first, most_in_order if ordered else most_pairs)
        scores["first_attempt_match"] = of_first / size
    if named:
        scores["argument_rate"] = met / named
    if met and ordered:
        scores["order_rate"] = hits / met
    return scores
