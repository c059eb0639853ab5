import json
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from midspan.scorers.markers import firings
from midspan.scorers.profile import Profile
from midspan.scorers.setting import Setting
from tests.scorers.builders import calls, runs, spans, tables, text
from tests.scorers.oracle.markers import fired

PROFILE = Profile.parse("""\
profile: p
contract: 1
extends: [midspan/default]
markers:
  command: {command: {program: git}}
  arguments: {command: {program: "g*", arguments: {regex: "^log"}}}
  calls: {python: {calls: a.b}}
  imports: {python: {imports: a}}
  reads: {reads: "**/x/*.py"}
  read-any: {reads: "**"}
  writes: {writes: "**/*.py", content: a.b}
  tool: {tool: "*", fault: any}
  argument: {tool: read, arguments: {/path: {regex: "x"}}}
  output: {output: {contains: hello}}
  any-output: {output: {}}
  answer: {answer: {regex: "\\\\d"}}
  result: {result: ok}
  all: {all: [{tool: bash}, {result: ok}, {not: {command: {program: git}}}]}
  any: {any: [{answer: {}}, {output: {}}, {tool: read}]}
  nowhere: {not: {any: [{tool: read}, {answer: {}}]}}
  sequence: {sequence: [{tool: bash}, {tool: read}, {any: [{answer: {}}, {tool: bash}]}]}
  near: {sequence: [{tool: "*"}, {tool: bash}], within_turns: 1, unless: {tool: read}}
  count: {count: {tool: "*"}, at_least: 2}
  window: {count: {tool: "*"}, at_least: 3, within_turns: 2}
  nested: {count: {sequence: [{tool: bash}, {tool: read}]}, at_least: 2}
""")

ARGUMENTS: dict[str, list[dict[str, Any]]] = {
    "bash": [
        {"command": "git log"},
        {"command": "cd x && cat y.py"},
        {"command": "ls"},
        {"command": "timeout 3 git log | grep a.b"},
        {"command": "cat > x/r.py <<'EOF'\nimport a\na.b()\nEOF"},
        {"command": "python x/r.py"},
        {"command": "python -c 'from a import b; b()'"},
        {"command": "echo hi > x/r.py"},
        {"command": "ls\n'git' log"},
        {"command": "\tgit log"},
        {"command": "ls\ngit log"},
        {"command": "x=/usr/bin/git; $x log | xargs git"},
        {"command": "echo git/log; cat ./x/../x/*.py"},
        {"command": "apply_patch <<'E'\n*** Add File: x/n.py\n+import a\n+a.b()\nE"},
        {"command": "cd x && tee -a q.py <<< 'from a import b as c; c()'; python q.py"},
        {"cmd": ["bash", "-lc", "sed -i s/x/a.b/ x/q.py && git log"]},
    ],
    "read": [
        {"path": "x/y.py"},
        {"path": "/w/x/y.py"},
        {"path": "z"},
        {"files": [{"path": "./x/y.py"}]},
    ],
    "write": [
        {"path": "/w/x/r.py", "content": "import a\na.b()"},
        {"path": "x/r.py"},
        {"patch": "--- a/x/p.py\n+++ b/x/p.py\n@@ -1 +1,2 @@\n+import a\n+a.b()"},
        {"path": "x/r.py", "edits": [{"old_string": "q", "new_string": "a.b()"}]},
    ],
    "python": [
        {"code": "import a as q"},
        {"code": "q.b()"},
        {"code": "from a import b\nb("},
        {"code": "!git log"},
    ],
    "other": [{}],
}


@st.composite
def recorded(draw: st.DrawFn) -> dict[str, pl.DataFrame]:
    of_runs, of_calls, of_spans, of_text = [], [], [], []
    for run in ("r0", "r1"):
        answer = draw(st.sampled_from([None, "42", "none"]))
        of_runs.append({"run_id": run, "answer": answer, "calls": 1})
        turns = draw(st.integers(0, 4))
        for turn in range(turns):
            span = f"{run}m{turn}"
            of_spans.append(
                {"run_id": run, "span_id": span, "kind": "llm", "turn": turn, "start_ns": 10 * turn}
            )
            said = draw(st.sampled_from([None, "", "hello", "bye"]))
            of_text.append({"run_id": run, "span_id": span, "text": said, "output": "[]"})
        for number in range(draw(st.integers(0, 7))):
            name = draw(st.sampled_from(list(ARGUMENTS)))
            given_turn = draw(st.sampled_from([None, *range(turns)]))
            of_calls.append(
                {
                    "run_id": run,
                    "call": number,
                    "span_id": f"{run}c{number}",
                    "name": name,
                    "turn": given_turn,
                    "start_ns": draw(st.sampled_from([None, 5, 15, 35])),
                    "raw_arguments": json.dumps(draw(st.sampled_from(ARGUMENTS[name]))),
                    "result": draw(st.sampled_from([None, "ok", "no"])),
                    "executed": draw(st.booleans()),
                    "fault": draw(st.sampled_from([None, "none", "model.bad_arguments"])),
                }
            )
    return {
        "runs": runs(*of_runs),
        "calls": calls(*draw(st.permutations(of_calls))),
        "spans": spans(*draw(st.permutations(of_spans))),
        "text": text(*draw(st.permutations(of_text))),
    }


@settings(max_examples=100, deadline=None)
@given(recorded())
def test_firings_are_those_of_plain_python(frames: dict[str, pl.DataFrame]) -> None:
    predicates = {name: marker.predicate for name, marker in PROFILE.markers.items()}
    found = firings(tables(Setting.of(profile=PROFILE), **frames), predicates)
    rows = {name: frame.to_dicts() for name, frame in frames.items()}
    expected = fired(predicates, PROFILE.tools.roles, **rows)
    assert set(found.select("run_id", "name", "order").iter_rows()) == expected
    assert found.select("run_id", "name", "order").is_unique().all()


@settings(max_examples=20, deadline=None)
@given(recorded())
def test_a_marker_fires_the_same_whatever_others_there_are(
    frames: dict[str, pl.DataFrame],
) -> None:
    given_tables = tables(Setting.of(profile=PROFILE), **frames)
    predicates = {name: marker.predicate for name, marker in PROFILE.markers.items()}
    together = firings(given_tables, predicates)
    for name, predicate in predicates.items():
        fresh = tables(Setting.of(profile=PROFILE), **frames)
        alone = firings(fresh, {name: predicate})
        assert alone.equals(together.filter(pl.col("name") == name)), name
