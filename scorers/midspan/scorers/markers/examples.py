"""Whether markers keep to their own examples."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from midspan.scorers.canonical import canonical_json
from midspan.scorers.markers.firings import firings
from midspan.scorers.markers.unknown import leaves_of
from midspan.scorers.profile import Marker, Profile
from midspan.scorers.profile.examples import Example, ExampleStep
from midspan.scorers.profile.meaning import key_of
from midspan.scorers.setting import Setting
from midspan.scorers.tables import CALLS, RUNS, SPANS, TEXT, TOOLS, Tables

TOOLS_OF: Final = {"shell": "bash", "read": "read", "write": "write"}
"""The tools of examples, beside those of the profile."""

_TRACE: Final = "0" * 32


class Contradiction(NamedTuple):
    """An example that a marker does not keep to."""

    marker: str
    example: str
    must_fire: bool
    matched: str | None
    """What fired, where nothing was to fire."""

    def __str__(self) -> str:
        """Return one line for people."""
        shown = self.example.replace("\n", "\\n")
        if self.must_fire:
            return f"{self.marker}: does not fire on: {shown}"
        return f"{self.marker}: fires on: {shown} (by: {self.matched})"


def contradictions(profile: Profile) -> list[Contradiction]:
    """Return the examples that the markers of a profile do not keep to."""
    examples = list(_examples(profile.markers))
    if not examples:
        return []
    runs: list[list[ExampleStep]] = []
    runs_of: list[range] = []
    for name, example, _ in examples:
        ways = _ways(example, profile.markers[name])
        runs_of.append(range(len(runs), len(runs) + len(ways)))
        runs += ways
    predicates = {name: marker.predicate for name, marker in profile.markers.items()}
    fired = firings(_tables(runs, profile), predicates)
    hits: dict[tuple[str, str], str] = {}
    for run_id, name, matched in fired.select("run_id", "name", "matched").iter_rows():
        hits.setdefault((name, run_id), matched)
    found = []
    for (name, example, must_fire), numbers in zip(examples, runs_of, strict=True):
        matched = next((hits[name, str(n)] for n in numbers if (name, str(n)) in hits), None)
        if must_fire == (matched is None):
            found.append(Contradiction(name, _told(example), must_fire, matched))
    return found


def _examples(markers: Mapping[str, Marker]) -> Iterator[tuple[str, Example, bool]]:
    for name, marker in markers.items():
        for example in marker.fires_on:
            yield name, example, True
        for example in marker.quiet_on:
            yield name, example, False


def _ways(example: Example, marker: Marker) -> list[list[ExampleStep]]:
    """Return the runs that an example may mean: a text is tried as all that the marker is about."""
    if isinstance(example, ExampleStep):
        return [[example]]
    if not isinstance(example, str):
        return [list(example)]
    keys = dict.fromkeys(key_of(leaf) for leaf in leaves_of(marker.predicate))
    steps = [step for key in keys for step in _meant(key, example)]
    # What holds nowhere in the run is to hold in none of the meanings.
    return [steps] if key_of(marker.predicate) == "not" else [[step] for step in steps]


def _meant(key: str, text: str) -> Iterator[ExampleStep]:
    """Yield the steps that a text may stand for under a key."""
    match key:
        case "python":
            yield ExampleStep(python=text)
            yield ExampleStep(command=text)
        case "reads" | "writes" if any(map(str.isspace, text)):
            yield ExampleStep(command=text)
        case "result":
            yield ExampleStep(tool="look", result=text)
        case _:
            yield ExampleStep.model_validate({key: text})


def _tables(runs: Sequence[Sequence[ExampleStep]], profile: Profile) -> Tables:
    """Return the tables of runs with these steps, each a turn."""
    rows: dict[str, list[dict[str, Any]]] = {"runs": [], "calls": [], "spans": [], "text": []}
    for number, steps in enumerate(runs):
        run: dict[str, Any] = {"run_id": str(number), "trace_ids": [_TRACE], "experiment": ""}
        answers = [step.answer for step in steps if step.answer is not None]
        rows["runs"].append(
            {
                **run,
                **{"planned": False, "launch": 0, "status": "ok", "notes": [], "calls": 0},
                "answer": answers[-1] if answers else None,
            }
        )
        for turn, step in enumerate(steps):
            place = {"run_id": str(number), "trace_id": _TRACE}
            told = {"dialect": "example", "notes": list[str]()}
            span = {**place, "span_id": f"{number}.{turn}", "turn": turn}
            rows["spans"].append(
                {**span, **told, "kind": "llm", "name": "", "start_ns": turn, "status": "ok"}
            )
            text = step.output or step.answer
            rows["text"].append(
                {**place, "span_id": span["span_id"], "attributes": "{}", "text": text}
            )
            if text is None:
                rows["calls"].append(
                    {**span, **told, **_call(step), "span_id": f"{number}.{turn}c", "call": turn}
                )
    frames = {
        table.name: table.frame(rows[table.name]).lazy() for table in (RUNS, CALLS, SPANS, TEXT)
    }
    tools, setting = TOOLS.empty().lazy(), _setting(profile)
    return Tables(**frames, tools=tools, setting=setting, answer_judge=None)


def _call(step: ExampleStep) -> dict[str, Any]:
    name, arguments = _named(step)
    text = canonical_json(arguments)
    fault = "execution.error" if step.fault == "any" else step.fault
    return {
        "name": name,
        "arguments": text,
        "raw_arguments": text,
        "result": step.result,
        "emitted": True,
        "executed": True,
        "failed": fault != "none",
        "fault": fault,
        "start_ns": 0,
    }


def _named(step: ExampleStep) -> tuple[str, dict[str, Any]]:
    if step.command is not None:
        return TOOLS_OF["shell"], {"command": step.command}
    if step.python is not None:
        return "python", {"code": step.python}
    if step.reads is not None:
        return TOOLS_OF["read"], {"path": step.reads}
    if step.writes is not None:
        content = {} if step.content is None else {"content": step.content}
        return TOOLS_OF["write"], {"path": step.writes, **content}
    return step.tool or "", dict(step.arguments)


def _setting(profile: Profile) -> Setting:
    roles = profile.tools.roles
    known = {role: (*getattr(roles, role), tool) for role, tool in TOOLS_OF.items()}
    tools = profile.tools.model_copy(update={"roles": roles.model_copy(update=known)})
    return Setting(profile=profile.model_copy(update={"tools": tools}))


def _told(example: Example) -> str:
    if isinstance(example, str):
        return example
    steps = [example] if isinstance(example, ExampleStep) else list(example)
    told = [step.model_dump(exclude_unset=True) for step in steps]
    return json.dumps(told if len(told) > 1 else told[0], ensure_ascii=False)
