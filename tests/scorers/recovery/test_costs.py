"""What recovering takes."""

from tests.scorers.builders import spans
from tests.scorers.recovery.runs import bad, ok, scored, tables_of


def test_the_costs_of_recovery() -> None:
    second = 1_000_000_000
    turns = [
        {"kind": "llm", "turn": n, "input_tokens": 10 * n, "output_tokens": 1} for n in range(6)
    ]
    times = [{"start_ns": n * second, "end_ns": n * second + second // 2} for n in range(6)]
    one = bad("buy", id="ORD-1"), ok("find"), ok("buy", id="ORD-1")
    other = bad("fly", id="F-1234"), ok("fly", id="F-1234"), ok("find")
    rows = [call | time for call, time in zip([*one, *other], times, strict=True)]
    found = scored(tables_of(*rows, spans=spans(*turns)))
    costs = found.filter(found["name"].str.ends_with("_to_recovery"))
    assert costs.select("name", "value", "explanation").rows() == [
        (
            "seconds_to_recovery",
            2.0,
            "2 seconds from the failure to the success, median of 2 recoveries",
        ),
        (
            "steps_to_recovery",
            2.5,
            "2.5 calls from the failure to the success, median of 2 recoveries",
        ),
        (
            "tokens_to_recovery",
            52.5,
            "52.5 tokens from the failure to the success, median of 2 recoveries",
        ),
    ]


def test_tokens_that_were_not_recorded_for_all() -> None:
    turns = [{"kind": "llm", "turn": n, "input_tokens": 10, "output_tokens": 1} for n in range(3)]
    turns.append({"kind": "llm", "turn": 3})
    pairs = bad("buy", id="ORD-1"), ok("buy", id="ORD-1"), bad("fly", to="x"), ok("fly", to="x")
    rows = scored(tables_of(*pairs, spans=spans(*turns))).filter(name="tokens_to_recovery")
    assert rows.select("value", "explanation").rows() == [
        (22.0, "22 tokens from the failure to the success; not recorded for all")
    ]
