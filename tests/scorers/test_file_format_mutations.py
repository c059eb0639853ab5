"""Whatever a file holds: a model, or `InvalidInput`. Never another exception."""

import contextlib
from collections.abc import Callable
from typing import Any, Final

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from midspan.scorers.errors import InvalidInput
from midspan.scorers.profile import Profile
from midspan.scorers.suite import Suite

SUITE: Final = """\
suite: shop
contract: 1
profile: profile.yaml
defaults:
  budget: {seconds: 300, turns: 20, cost_usd: null}
  expected: {mode: any_order, lists: {a: multiset}}
tasks:
  - id: price
    prompt: p
    files: [in/a.db, {from: in/b.md, to: c/b.md}]
    set: regression
    answer: {format: json, schema: {type: object, required: [eur], pattern: "^a"}}
    checks:
      - {id: amount, kind: json, pointer: /eur, equals: 35.88, tolerance: 0.01}
      - {kind: key_points, values: ["35.88"], at_least: 1.0}
      - {kind: state, sqlite: a.db, query: select 1, equals: [["quoted"]]}
      - {kind: command, argv: [python, verify.py], timeout: 30, shell: false}
      - {kind: file, path: out/quote.json, content: {regex: "a+"}}
      - {kind: expected_calls}
    expected_calls:
      arguments: {keys: [a]}
      scope: [x]
      calls:
        - name: convert
          arguments: {amount: {approx: 39.0, tolerance: 0.01}, b: {regex: "^a"}, c: [1]}
    rules: {r: {require_before: {first: {tool: a}, then: {tool: b}}}, m: {max: {calls: 3}}}
    budget: {turns: 8}
matrix:
  models:
    - {name: a, sampling: {seed: 0}, serve: {engine: vllm}}
    - {name: b, endpoint: "http://127.0.0.1:1/v1", key_env: KEY}
  revisions: [v1, {ref: 3f1c2ab, name: x}]
  tiers: [bare, skill]
  harnesses: [pi, mine]
  trials: 5
  exclude: [{tier: skill, revision: v1}]
target: {repository: "https://example.com/x", install: ".", python: "3.12"}
tiers: {bare: {}, skill: {checkout: ".", files: [s], agent_arguments: [a]}}
harnesses: {pi: {kind: pi}, mine: {kind: command, argv: ["{prompt}"], version: "1"}}
launch: {kind: hf-jobs, concurrency: 4, hf_jobs: {flavor: a, timeout: 4h, labels: {a: b}}}
"""
PROFILE: Final = """\
profile: shop
contract: 1
extends: [midspan/default, {pack: midspan/cli-adoption, program: git}]
tools: {roles: {shell: [bash]}, state_changing: [refund_*]}
errors: {forms: ["^a"], transient: ["b|c"], acknowledged: [d]}
prices: [{model: "Qwen/*", per_million: {new: 0.20, output: 0.60}}]
scorers: {loop: {at_least: 2}, citations: false}
markers:
  a: {command: {program: git}, better: higher, fires_on: [git], quiet_on: [ls]}
  b:
    sequence: [{python: {calls: a.b}}, {writes: a, content: b}]
    within_turns: 3
    unless: {reads: c}
  c: {count: {tool: "*", fault: any, arguments: {/a: {regex: b}}}, at_least: 3}
  d: {all: [{not: {result: {regex: "a"}}}, {any: [{answer: {}}, {result: x}]}]}
rules: {n: {no_repeat: 3}, u: {result_used: {tool: a, within_turns: 3}}, f: {forbid: {tool: a}}}
composites: {q: {weights: {success: 0.5}}}
compare: {primary: [success], alpha: 0.05, minimum_tasks: 6}
gate:
  floors: {success_rate: 0.60}
  no_regression: {success: 0.05, tokens: 10%}
  regression_set: {pass_hat: 3, at_least: 0.9}
"""
FILES: Final = [
    pytest.param(Suite.parse, SUITE, id="suite"),
    pytest.param(Profile.parse, PROFILE, id="profile"),
]
Parse = Callable[[str], Any]

mild = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
pieces = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["- ", ": ", "{", "}", "[", "]", "&a ", "*a", "!!int ", "'", '"', "\n", "  "]),
    st.sampled_from(["null", "true", "1e999", "-1", "0x", "<<: ", "---\n", "%", "#", "|\n", "\t"]),
)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12), st.just("(((")
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def parses_or_is_refused(parse: Parse, text: str) -> None:
    with contextlib.suppress(InvalidInput):
        parse(text)


@pytest.mark.parametrize(("parse", "text"), FILES)
def test_the_documents_are_valid_to_begin_with(parse: Parse, text: str) -> None:
    assert parse(text).contract == 1


@pytest.mark.parametrize(("parse", "text"), FILES)
@mild
@given(data=st.data())
def test_text_that_was_cut_and_pasted(parse: Parse, text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 20)))
        text = text[:start] + data.draw(pieces) + text[end:]
    parses_or_is_refused(parse, text)


@pytest.mark.parametrize(("parse", "text"), FILES)
@mild
@given(data=st.data())
def test_values_of_another_kind(parse: Parse, text: str, data: st.DataObject) -> None:
    document = yaml.safe_load(text)
    for _ in range(data.draw(st.integers(1, 2))):
        holder = document
        while True:
            keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not keys:
                break
            key = data.draw(st.sampled_from(keys))
            if isinstance(holder[key], dict | list) and data.draw(st.integers(0, 3)):
                holder = holder[key]
                continue
            if isinstance(holder, dict) and data.draw(st.booleans()):
                holder[data.draw(st.text(max_size=8))] = holder.pop(key)
            else:
                holder[key] = data.draw(values)
            break
    parses_or_is_refused(parse, yaml.safe_dump(document, allow_unicode=True))


@given(text=st.text())
def test_any_text(text: str) -> None:
    parses_or_is_refused(Suite.parse, text)
    parses_or_is_refused(Profile.parse, f"profile: a\ncontract: 1\n{text}")


@given(pattern=st.text(alphabet="ab()[]{}*+?|\\^$.,-:=!<>P123pdw", max_size=30))
def test_any_pattern(pattern: str) -> None:
    quoted = "'" + pattern.replace("'", "''") + "'"
    parses_or_is_refused(Profile.parse, f"profile: a\ncontract: 1\nerrors: {{forms: [{quoted}]}}")
