"""Where predicates hold, in plain Python: every call is parsed, every step looked at."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping
from fnmatch import fnmatchcase
from itertools import pairwise, product
from typing import Any

from midspan.scorers.file_format import ArgumentMatcher, TextMatch
from midspan.scorers.markers.facts import Doings, Facts, facts_of
from midspan.scorers.markers.python_code import python_used
from midspan.scorers.markers.python_names import Used
from midspan.scorers.markers.recorded import PYTHON_TOOLS
from midspan.scorers.profile import Predicate, Roles
from midspan.scorers.profile.meaning import key_of

Row = dict[str, Any]
Step = dict[str, Any]


def fired(
    predicates: Mapping[str, Predicate],
    roles: Roles,
    runs: list[Row],
    calls: list[Row],
    spans: list[Row],
    text: list[Row],
) -> set[tuple[str, str, int]]:
    """Return run, predicate and order of each firing."""
    rows_of: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for name, rows in (("calls", calls), ("spans", spans), ("text", text)):
        for row in rows:
            rows_of[row["run_id"]][name].append(row)
    found = set()
    for run in runs:
        steps = _steps(run, rows_of[run["run_id"]], roles)
        for name, predicate in predicates.items():
            for order in _held(predicate, steps, top=True):
                found.add((run["run_id"], name, order))
    return found


def _steps(run: Row, rows: Mapping[str, list[Row]], roles: Roles) -> list[Step]:
    said = {row["span_id"]: row["text"] for row in rows["text"]}
    turns = {
        row["turn"]: row for row in sorted(rows["spans"], key=lambda row: row["start_ns"])
        if row["kind"] == "llm" and row["turn"] is not None and row["duplicate_of"] is None
    }  # fmt: skip
    steps: list[Step] = [
        {"kind": "message", "moment": turn, "text": said.get(row["span_id"])}
        for turn, row in turns.items()
    ]
    moment, known, held = -1, dict[str, str](), dict[str, Used | None]()
    calls = sorted(rows["calls"], key=lambda row: row["call"])
    nowhere = not turns and all(_turn(call, turns) is None for call in calls)
    for call in calls:
        turn = _turn(call, turns)
        moment = call["call"] if nowhere else max(moment, -1 if turn is None else turn)
        did = _did(call, roles)
        steps.append(
            {"kind": "call", "moment": moment, "call": call, "did": did,
             "used": _used(did, known, held)}
        )  # fmt: skip
    steps.sort(key=lambda step: (step["moment"], step["kind"] == "call"))
    last = max((step["moment"] for step in steps), default=0)
    return [*steps, {"kind": "answer", "moment": last, "text": run["answer"]}]


def _turn(call: Row, turns: Mapping[int, Row]) -> int | None:
    turn: int | None = call["turn"]
    if turn is not None or call["start_ns"] is None:
        return turn
    begun = [turn for turn, row in turns.items() if row["start_ns"] <= call["start_ns"]]
    return max(begun, key=lambda turn: turns[turn]["start_ns"], default=None)


def _did(call: Row, roles: Roles) -> Facts:
    refused = not call["executed"] and str(call["fault"]).startswith("model.")
    if refused or call["arguments"] is None:
        return Facts()
    globs = {
        "shell": roles.shell,
        "read": roles.read,
        "write": roles.write,
        "python": PYTHON_TOOLS,
        "search": ("grep", "Grep", "grep_*", "rg"),
    }
    does = {
        role: any(fnmatchcase(call["name"], glob) for glob in named)
        for role, named in globs.items()
    }
    return facts_of(Doings(**does), call["arguments"])


def _used(did: Facts, known: dict[str, str], held: dict[str, Used | None]) -> list[Used]:
    used = [python_used(code) for code in did.code]
    here = list(used)
    for code in did.cells:
        used.append(python_used(code, known))
    for script in did.scripts:
        for path, before in held.items():
            ends = path == script or path.endswith("/" + script) or script.endswith("/" + path)
            if ends and before is not None:
                used.append(before)
    for one in did.written:
        if here:
            held[one.path] = Used(
                tuple(name for each in here for name in each.calls),
                tuple(name for each in here for name in each.imports),
            )
        elif one.whole:
            held[one.path] = None
    return used


def _held(predicate: Any, steps: list[Step], *, top: bool = False) -> list[int]:
    match key_of(predicate):
        case "all":
            parts = [
                set(_held(one.negated, steps)) if key_of(one) == "not" else set(_held(one, steps))
                for one in predicate.all
            ]
            return [
                order
                for order in range(len(steps))
                if all(
                    (order in part) != (key_of(one) == "not")
                    for one, part in zip(predicate.all, parts, strict=True)
                )
            ]
        case "any":
            return sorted({order for one in predicate.any for order in _held(one, steps)})
        case "not":
            return [] if _held(predicate.negated, steps) else [len(steps) - 1]
        case "sequence":
            return _sequences(predicate, steps)
        case "count":
            return _counts(predicate, steps)
    return [order for order, step in enumerate(steps) if _holds(predicate, step)]


def _sequences(predicate: Any, steps: list[Step]) -> list[int]:
    parts = [_held(one, steps) for one in predicate.sequence]
    unless = _held(predicate.unless, steps) if predicate.unless else []
    found: list[int] = []
    for last in parts[-1]:
        begin = found[-1] if found else -1
        for chain in product(*parts[:-1]):
            whole = (*chain, last)
            grows = all(one < other for one, other in pairwise(whole))
            far = steps[last]["moment"] - steps[whole[0]]["moment"]
            near = predicate.within_turns is None or far <= predicate.within_turns
            kept = not any(whole[0] < order < last for order in unless)
            if grows and near and kept and whole[0] > begin:
                found.append(last)
                break
    return found


def _counts(predicate: Any, steps: list[Step]) -> list[int]:
    found: list[int] = []
    window: list[int] = []
    for order in _held(predicate.count, steps):
        window = [*window, order][-predicate.at_least :]
        far = steps[order]["moment"] - steps[window[0]]["moment"]
        near = predicate.within_turns is None or far < predicate.within_turns
        if len(window) == predicate.at_least and near:
            found.append(order)
            window = []
    return found


def _holds(predicate: Any, step: Step) -> bool:
    key = key_of(predicate)
    if key in {"output", "answer"}:
        wanted = "message" if key == "output" else "answer"
        text = step.get("text")
        return (
            step["kind"] == wanted
            and bool((text or "").strip())
            and _text(getattr(predicate, key), text)
        )
    if step["kind"] != "call":
        return False
    call, did = step["call"], step["did"]
    match key:
        case "result":
            return _text(predicate.result, call["result"])
        case "tool":
            return _tool(predicate, call)
        case "command":
            wanted = predicate.command
            return any(
                fnmatchcase(one.program, wanted.program)
                and (wanted.arguments is None or _text(wanted.arguments, one.arguments))
                for one in did.ran
            )
        case "reads":
            return any(_path(predicate.reads, path) for path in did.read)
        case "writes":
            return any(
                _path(predicate.writes, one.path)
                and (predicate.content is None or _text(predicate.content, one.content))
                for one in did.written
            )
    python = predicate.python
    return any(
        fnmatchcase(name, python.calls or python.imports)
        for used in step["used"]
        for name in (used.calls if python.calls else used.imports)
    )


def _tool(predicate: Any, call: Row) -> bool:
    fault = call["fault"]
    faulty = {
        None: True,
        "any": fault not in {None, "none"},
    }.get(predicate.fault, fault == predicate.fault)
    if not faulty or not fnmatchcase(call["name"], predicate.tool):
        return False
    given = json.loads(call["arguments"]) if call["arguments"] else None
    for pointer, rule in predicate.arguments.items():
        key = pointer.removeprefix("/")
        if not isinstance(given, dict) or key not in given:
            return False
        if isinstance(rule, ArgumentMatcher):
            if not re.search(rule.regex or "", str(given[key])):
                return False
        elif given[key] != rule:
            return False
    return True


def _text(match: TextMatch, text: str | None) -> bool:
    if text is None:
        return False
    if match.contains is not None:
        return match.contains in text
    return match.regex is None or re.search(match.regex, text) is not None


def _path(glob: str, path: str) -> bool:
    """Return whether a path matches, folder by folder."""
    return _folders(glob.split("/"), path.split("/"))


def _folders(globs: list[str], parts: list[str]) -> bool:
    if not globs or not parts:
        return not globs and not parts
    if globs[0] == "**":
        return len(globs) == 1 or any(_folders(globs[1:], parts[at:]) for at in range(len(parts)))
    return fnmatchcase(parts[0], globs[0]) and _folders(globs[1:], parts[1:])
