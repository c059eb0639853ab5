import json
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from midspan.scorers.markers import FIRINGS, firings
from tests.scorers.builders import calls, runs, tables
from tests.scorers.markers.acting import acted, called, fired, profile, ran

SAVED = "from transformers import pipeline\npipeline('ner')"
PIPELINE = "{python: {calls: transformers.pipeline}}"


def test_a_firing_tells_its_step() -> None:
    setting = profile(cli="{command: {program: git}}")
    found = firings(
        acted(setting, "let me see", [ran("ls"), ran("cd a && git log")]),
        {"cli": setting.markers["cli"].predicate},
    )
    assert found.schema == pl.Schema(FIRINGS)
    assert found.to_dicts() == [
        {
            **{"run_id": "r", "name": "cli", "trace_id": "0" * 31 + "1", "span_id": "s1"},
            **{"call": 1, "turn": 1, "start_ns": None, "order": 3, "matched": "git log"},
        }
    ]


def test_one_step_fires_once_and_says_all_that_matched() -> None:
    assert fired("{command: {program: git}}", ran("git add a; git commit; git add a")) == [
        ("s0", "git add a; git commit")
    ]


@pytest.mark.parametrize(
    ("body", "step", "matched"),
    [
        ("{command: {program: 'g*'}}", ran("git log"), "git log"),
        ("{command: {program: git, arguments: {regex: '^log'}}}", ran("git log"), "git log"),
        (
            "{command: {program: git}}",
            called("exec_command", cmd=["bash", "-c", "git log"]),
            "git log",
        ),
        ("{command: {program: git}}", called("python", code="!git log"), "git log"),
        (PIPELINE, called("write", path="a.py", content=SAVED), "transformers.pipeline"),
        (PIPELINE, called("edit", path="a.py", new_string=SAVED), "transformers.pipeline"),
        (
            PIPELINE,
            called("edit", path="a.py", edits=[{"newText": SAVED}]),
            "transformers.pipeline",
        ),
        (
            PIPELINE,
            called(
                "apply_patch",
                input=f"*** Add File: a.py\n+{SAVED.replace(chr(10), chr(10) + '+')}\n",
            ),
            "transformers.pipeline",
        ),
        (PIPELINE, called("python", code=SAVED), "transformers.pipeline"),
        (
            PIPELINE,
            called("NotebookEdit", notebook_path="a.ipynb", new_source=SAVED),
            "transformers.pipeline",
        ),
        (
            PIPELINE,
            called(
                "write",
                path="a.ipynb",
                content=json.dumps(
                    {"cells": [{"cell_type": "code", "source": SAVED.splitlines(keepends=True)}]}
                ),
            ),
            "transformers.pipeline",
        ),
        (PIPELINE, ran(f"python - <<'EOF'\n{SAVED}\nEOF"), "transformers.pipeline"),
        (PIPELINE, ran(f'python -c "{SAVED}"'), "transformers.pipeline"),
        (PIPELINE, ran(f"cat > a.py <<'EOF'\n{SAVED}\nEOF"), "transformers.pipeline"),
        ("{reads: '**/a.py'}", called("read", file_path="/w/x/a.py"), "/w/x/a.py"),
        ("{reads: '**/a.py'}", called("str_replace_editor", command="view", path="a.py"), "a.py"),
        ("{reads: 'src/**'}", called("read_many_files", paths=["b", "src/x/y"]), "src/x/y"),
        ("{reads: '**/a.py'}", ran("cd x && tail -5 a.py"), "x/a.py"),
        ("{writes: '**/a.py'}", called("Edit", file_path="x/a.py", new_string="x"), "x/a.py"),
        (
            "{writes: '**/a.py'}",
            ran("apply_patch <<'EOF'\n*** Update File: x/a.py\n+x\nEOF"),
            "x/a.py",
        ),
        (
            "{writes: '**/a.py', content: {regex: 'b.d'}}",
            called("write", path="a.py", content="bcd"),
            "a.py",
        ),
        ("{tool: 're*'}", called("read"), "read"),
        ("{tool: read, fault: any}", called("read", fault="hidden.error"), "read: hidden.error"),
        (
            "{tool: read, fault: none, arguments: {/a/0: 1}}",
            called("read", a=[1.0]),
            "read (/a/0 = 1)",
        ),
        (
            "{tool: f, arguments: {/a: {any_of: [1, 2]}, /b: {optional: true}}}",
            called("f", a=2),
            "f (/a = 2, /b = missing)",
        ),
        ("{tool: f, arguments: {/a: {regex: '^x'}}}", called("f", a="xy"), 'f (/a = "xy")'),
        ("{result: {regex: 'E\\d+'}}", called("f", result="code E42"), "E42"),
    ],
)
def test_what_holds_at_a_call(body: str, step: Any, matched: str) -> None:
    assert fired(body, step) == [("s0", matched)]


@pytest.mark.parametrize(
    ("body", "step"),
    [
        ("{command: {program: git}}", called("read", path="git")),
        (
            "{command: {program: git}}",
            ran("git") | {"executed": False, "fault": "model.unknown_tool"},
        ),
        ("{command: {program: git}}", called("bash") | {"raw_arguments": "{git"}),
        (PIPELINE, called("write", path="a.md", content=SAVED)),
        (
            PIPELINE,
            called("NotebookEdit", notebook_path="a", new_source=SAVED, cell_type="markdown"),
        ),
        (PIPELINE, ran("grep -rn 'transformers.pipeline(' .") | {"result": SAVED}),
        ("{reads: 'a.py'}", called("read", path="x/a.py")),
        ("{reads: '**/a.py'}", called("write", path="a.py")),
        ("{writes: '**/a.py'}", called("read", path="a.py")),
        ("{writes: '*.py'}", called("write", path="x/a.py")),
        ("{writes: '**/a.py', content: b}", ran("touch a.py; cp b a.py")),
        ("{tool: read, fault: any}", called("read")),
        ("{tool: f, arguments: {/a: 1}}", called("f", a=True)),
        ("{result: x}", called("f")),
    ],
)
def test_what_does_not_hold_at_a_call(body: str, step: Any) -> None:
    assert fired(body, step) == []


def test_texts_of_the_model_and_the_answer_are_steps_of_their_own() -> None:
    assert fired("{output: {regex: 'he?y'}}", "oh hey", ran("ls"), "hy") == [
        ("m0", "hey"),
        ("m2", "hy"),
    ]
    assert fired("{answer: {}}", "oh hey", answer="  42 ") == [("m0", "42")]
    assert fired("{answer: {}}", "oh hey") == []


def test_python_goes_on_from_call_to_call_and_in_scripts_that_were_written() -> None:
    assert fired(
        PIPELINE,
        called("python", code="import transformers as t"),
        called("python", code="t.pipeline()"),
        called("write", path="/w/a.py", content=SAVED),
        ran("cd /w && python a.py"),
        ran("python other.py"),
        called("write", path="/w/a.py", content="print(1)"),
        ran("cd /w && python a.py"),
    ) == [
        ("s1", "transformers.pipeline"),
        ("s2", "transformers.pipeline"),
        ("s3", "transformers.pipeline in /w/a.py"),
    ]


def test_all_is_about_one_step() -> None:
    body = "{all: [{tool: bash}, {result: ok}, {not: {command: {program: ls}}}]}"
    assert fired(
        body,
        ran("git log") | {"result": "ok"},
        ran("ls") | {"result": "ok"},
        ran("git log") | {"result": "no"},
    ) == [("s0", "bash; ok")]


def test_any_fires_on_every_step_at_which_one_holds() -> None:
    assert fired("{any: [{tool: a}, {output: {}}]}", called("a"), "text", called("b")) == [
        ("s0", "a"),
        ("m1", "text"),
    ]


def test_not_is_about_the_whole_run_and_fires_at_its_end() -> None:
    assert fired("{not: {tool: search}}", called("a"), "done") == [("m1", "nowhere in the run")]
    assert fired("{not: {tool: search}}", called("search"), "done") == []


def test_not_says_nothing_of_what_was_not_recorded() -> None:
    setting = profile(m="{not: {command: {program: git}}}")
    predicates = {"m": setting.markers["m"].predicate}
    bare = {"name": "bash", "raw_arguments": None}
    unread = tables(
        runs=runs(
            {"run_id": "r", "calls": 1}, {"run_id": "q"}, {"run_id": "p", "status": "missing"}
        ),
        calls=calls(bare),
    )
    assert firings(unread, predicates).is_empty()


SEQUENCE = "{sequence: [{tool: a}, {tool: b}, {tool: c}]"


@pytest.mark.parametrize(
    ("body", "tools", "spans"),
    [
        (SEQUENCE + "}", "abc", ["s2"]),
        (SEQUENCE + "}", "axbxc", ["s4"]),
        (SEQUENCE + "}", "acb", []),
        (SEQUENCE + "}", "abcabc", ["s2", "s5"]),
        (SEQUENCE + "}", "aabbcc", ["s4"]),
        (SEQUENCE + ", within_turns: 2}", "abc", ["s2"]),
        (SEQUENCE + ", within_turns: 2}", "axbc", []),
        (SEQUENCE + ", within_turns: 2}", "axabc", ["s4"]),
        (SEQUENCE + ", unless: {tool: x}}", "abxc", []),
        (SEQUENCE + ", unless: {tool: x}}", "xabcx", ["s3"]),
        (SEQUENCE + ", unless: {tool: b}}", "abc", []),
        ("{count: {tool: a}, at_least: 2}", "aaaa", ["s1", "s3"]),
        ("{count: {tool: a}, at_least: 2}", "axxxa", ["s4"]),
        ("{count: {tool: a}, at_least: 2, within_turns: 2}", "axaa", ["s3"]),
        ("{count: {tool: a}, at_least: 3}", "aa", []),
    ],
)
def test_sequence_and_count(body: str, tools: str, spans: list[str]) -> None:
    assert [span for span, _ in fired(body, *map(called, tools))] == spans


def test_what_a_sequence_tells() -> None:
    assert fired("{sequence: [{tool: a}, {answer: {}}]}", called("a"), answer="42") == [
        ("m0", "a -> 42")
    ]


def test_the_first_firing_stays_when_rows_come_in_another_order() -> None:
    setting = profile(m="{sequence: [{tool: a}, {tool: b}]}")
    predicates = {"m": setting.markers["m"].predicate}
    given = acted(setting, called("a"), called("b"))
    shuffled = replace(given, calls=given.calls.reverse(), spans=given.spans.reverse())
    assert firings(given, predicates).equals(firings(shuffled, predicates))


def test_nothing_fires_in_nothing() -> None:
    assert firings(tables(), {}).schema == pl.Schema(FIRINGS)
    setting = profile(m="{not: {tool: a}}", c="{command: {program: a}}", o="{output: {}}")
    predicates = {name: marker.predicate for name, marker in setting.markers.items()}
    assert firings(tables(), predicates).is_empty()
