"""Runs of an agent, step by step, and the markers of a few lines."""

import json
from typing import Any

import polars as pl

from midspan.scorers.markers import firings
from midspan.scorers.profile import Profile
from midspan.scorers.setting import Setting
from midspan.scorers.tables import Tables
from tests.scorers.builders import calls, runs, spans, tables, text

HEAD = "profile: p\ncontract: 1\nextends: [midspan/default]\nmarkers:\n"


def profile(**markers: str) -> Profile:
    """Return a profile with these markers."""
    return Profile.parse(HEAD + "".join(f"  {name}: {body}\n" for name, body in markers.items()))


def called(tool: str, /, fault: str = "none", result: str | None = None, **arguments: Any) -> Any:
    """Return a call."""
    return {
        "name": tool,
        "raw_arguments": json.dumps(arguments),
        "fault": fault,
        "result": result,
    }


def ran(command: str) -> Any:
    """Return a call of a shell."""
    return called("bash", command=command)


def acted(setting: Profile, *turns: Any, answer: str | None = None) -> Tables:
    """Return the tables of run `r`: each turn is a call, a text, or a list of calls."""
    of_calls, of_spans, of_text = [], [], []
    for turn, what in enumerate(turns):
        of_spans.append({"span_id": f"m{turn}", "kind": "llm", "turn": turn, "start_ns": turn})
        said = what if isinstance(what, str) else None
        of_text.append({"span_id": f"m{turn}", "text": said, "output": "[]"})
        here = [what] if isinstance(what, dict) else [] if isinstance(what, str) else what
        of_calls += [{"turn": turn, **call} for call in here]
    return tables(
        Setting.of(profile=setting),
        runs=runs({"run_id": "r", "answer": answer, "calls": len(of_calls)}),
        calls=calls(*of_calls),
        spans=spans(*of_spans),
        text=text(*of_text),
    )


def fired(body: str, *turns: Any, answer: str | None = None) -> list[tuple[str, str]]:
    """Return span and match of each firing of one marker."""
    setting = profile(m=body)
    found = firings(acted(setting, *turns, answer=answer), {"m": setting.markers["m"].predicate})
    return found.select("span_id", "matched").rows()


def shown(frame: pl.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Return some columns as rows."""
    return frame.select(columns).rows()
