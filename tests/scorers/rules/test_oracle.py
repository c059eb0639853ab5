from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from midspan.scorers.profile import Profile
from midspan.scorers.rules import Rules
from midspan.scorers.setting import Setting
from tests.scorers.builders import Row, calls, runs, spans, tables
from tests.scorers.oracle import rules as oracle
from tests.scorers.rules.scoring import RUN

RULES = {
    "no": "forbid: {tool: b}",
    "must": "require: {tool: b}",
    "first": "require_before: {first: {tool: a}, then: {tool: b}}",
    "few": "max: {calls: 2, tokens: 25}",
    "once": "no_repeat: 2",
    "use": "result_used: {tool: a, within_turns: 1}",
}

CALL = st.fixed_dictionaries(
    {
        "run_id": st.sampled_from(["r0", "r1"]),
        "turn": st.integers(0, 3),
        "name": st.sampled_from(["a", "b"]),
        "raw_arguments": st.sampled_from(['{"q":"x1"}', '{"q":"zebra77"}', "{}", None]),
        "result": st.sampled_from([None, "{}", '{"id": "zebra77"}', "x1"]),
        "failed": st.sampled_from([False, False, True]),
        "agent": st.sampled_from([None, "sub"]),
    }
)


@settings(deadline=None)
@given(
    st.lists(CALL, max_size=8),
    st.lists(st.tuples(st.sampled_from(["r0", "r1"]), st.none() | st.integers(0, 20)), max_size=4),
    st.sampled_from([None, "nothing", "it is zebra77"]),
    st.randoms(use_true_random=False),
)
def test_it_says_what_plain_python_says(
    made: list[Row], asked: list[tuple[str, int | None]], answer: str | None, random: Any
) -> None:
    # Turns go up with the calls of a run, as they do in the tables.
    ordered = sorted(made, key=lambda row: row["turn"])
    numbered = [
        row | {"call": number, "arguments_hash": hash(row["raw_arguments"]) & 0xFFFF}
        if row["raw_arguments"]
        else row | {"call": number}
        for number, row in enumerate(ordered)
    ]
    requests = [
        {"run_id": run, "span_id": f"m{n}", "kind": "llm", "turn": n, "start_ns": n}
        | {"input_tokens": 7, "output_tokens": output}
        for n, (run, output) in enumerate(asked)
    ]
    shuffled = random.sample(numbered, len(numbered))
    each = [RUN | {"run_id": run, "answer": answer, "turns": 4} for run in ("r0", "r1")]
    text = "".join(f"  {name}: {{{rule}}}\n" for name, rule in RULES.items())
    setting = Setting.of(profile=Profile.parse(f"profile: p\ncontract: 1\nrules:\n{text}"))
    given = tables(setting, runs=runs(*each), calls=calls(*shuffled), spans=spans(*requests))
    rows = Rules().score(given).collect().to_dicts()
    values = {
        (row["run_id"], row["name"][5:]): row["value"]
        for row in rows
        if row["name"].startswith("rule.")
    }
    steps = {
        (row["run_id"], row["name"][10:], row["call"])
        for row in rows
        if row["name"].startswith("violation.") and row["call"] is not None
    }
    table = sorted(calls(*shuffled).to_dicts(), key=lambda row: row["call"])
    for run in ("r0", "r1"):
        its = [row for row in table if row["run_id"] == run]
        tokens = [(7, output) for name, output in asked if name == run]
        expected = oracle.verdicts(its, tokens, answer, turns=4)
        assert {name: values[run, name] for name in RULES} == {
            name: verdict for name, (verdict, _) in expected.items()
        }
        assert {(name, call) for of, name, call in steps if of == run} == {
            (name, call) for name, (_, broken) in expected.items() for call in broken
        }
