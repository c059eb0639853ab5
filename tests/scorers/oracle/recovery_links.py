"""Links between a failed call and a later one, in plain Python and straight from the rules."""

import json
import re
from typing import Any

from rapidfuzz.distance import Indel

Call = dict[str, Any]

GENERIC = {
    *("a", "an", "and", "by", "for", "from", "in", "of", "on", "the", "to", "with"),
    *("call", "do", "execute", "fetch", "get", "list", "make", "run", "set", "use"),
    *("data", "detail", "details", "id", "ids", "info", "information", "new", "tool"),
}


def leaves(call: Call) -> dict[tuple[str | int, ...], Any] | None:
    if call["arguments"] is not None:
        found: dict[tuple[str | int, ...], Any] = {}
        todo: list[tuple[tuple[str | int, ...], Any]] = [((), json.loads(call["arguments"]))]
        while todo:
            path, value = todo.pop()
            if isinstance(value, dict):
                todo += [((*path, key), item) for key, item in value.items()]
            elif isinstance(value, list):
                todo += [((*path, place), item) for place, item in enumerate(value)]
            else:
                found[path] = value
        return found
    return None if call["raw_arguments"] is None else {(): call["raw_arguments"]}


def values(call: Call) -> set[str]:
    every = (leaves(call) or {}).values()
    told = [
        str(value).strip().lower()
        for value in every
        if isinstance(value, str | int | float) and not isinstance(value, bool)
    ]
    return {value for value in told if value}


def text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def similarity(one: Call, other: Call) -> float:
    mine, its = leaves(one), leaves(other)
    if mine is None or its is None:
        return 0.0
    paths = set(mine) | set(its)
    both = [alike(mine[path], its[path]) if path in mine and path in its else 0.0 for path in paths]
    return sum(both) / len(both) if both else 1.0


def alike(one: Any, other: Any) -> float:
    if isinstance(one, str) and isinstance(other, str):
        mine, its = bare(one), bare(other)
        if mine == its != "":
            return 1.0
        if mine and its and (len(one) < 40 or len(other) < 40):
            return float(Indel.normalized_similarity(mine, its))
    return float(Indel.normalized_similarity(text(one), text(other)))


def bare(value: str) -> str:
    return re.sub(r"[\W_]", "", value).lower()


def identical(one: Call, other: Call) -> bool:
    mine = one["arguments"] if one["arguments"] is not None else one["raw_arguments"]
    its = other["arguments"] if other["arguments"] is not None else other["raw_arguments"]
    return one["name"] == other["name"] and mine is not None and mine == its


def linked(failed: Call, later: Call, following: bool, long_text: float) -> bool:
    known = leaves(failed) is not None and leaves(later) is not None
    if failed["name"] == later["name"]:
        if following and failed["fault"] in ("model.bad_arguments", "model.unparseable"):
            return True
        if not known:
            return following
        if any(len(value) >= 4 for value in values(failed) & values(later)):
            return True
        if identical(failed, later) or hardly_changed(failed, later, long_text):
            return True
        return similarity(failed, later) >= (0.3 if following else 0.5)
    if aside(failed) or aside(later) or (later["read_only"] and not failed["read_only"]):
        return False
    if names_linked(failed["name"], later["name"]):
        return True
    if not known:
        return False
    mine = values(failed)
    if mine and 2 * len(mine & values(later)) >= len(mine):
        return True
    return any(
        Indel.normalized_similarity(one, other) >= 0.8
        for one in long_texts(failed)
        for other in long_texts(later)
    )


def long_texts(call: Call) -> list[str]:
    every = (leaves(call) or {}).values()
    return [value for value in every if isinstance(value, str) and len(value) >= 40]


def names_linked(one: str, other: str) -> bool:
    mine, its = set(one.split("_")), set(other.split("_"))
    return bool((mine & its) - GENERIC) and 2 * len(mine & its) >= len(mine)


def aside(call: Call) -> bool:
    return bool(call["neutral"] or call["terminal"])


def strength(failed: Call, later: Call) -> float:
    if identical(failed, later):
        return 2.0
    return similarity(failed, later) / 2 + float(failed["name"] == later["name"])


def hardly_changed(one: Call, other: Call, long_text: float) -> bool:
    mine, its = leaves(one), leaves(other)
    if mine is None or its is None or set(mine) != set(its):
        return False
    return all(hardly_changed_value(mine[path], its[path], long_text) for path in mine)


def hardly_changed_value(one: Any, other: Any, long_text: float) -> bool:
    if type(one) is not type(other) or not isinstance(one, str):
        return type(one) is type(other) and bool(one == other)
    if min(len(one), len(other)) >= 40:
        return Indel.normalized_similarity(one, other) >= long_text
    return one == other or bare(one) == bare(other) != ""
