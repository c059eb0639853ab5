"""Expected calls, where the record does not allow to tell whether they were made."""

from typing import Final

from tests.scorers.tool_calls.helpers import call, scored, steps, values

LOOK: Final = {"name": "look", "arguments": {"id": 1}}
SAID: Final = {"mode": "any_order", "calls": [LOOK]}
BLIND: Final = call("look", None)


def test_arguments_that_decide_and_were_not_recorded() -> None:
    rows = scored(SAID, BLIND)
    assert values(rows) == {
        "calls_match": None,
        "calls_precision": None,
        "calls_recall": None,
        "calls_f1": None,
        "selection_rate": 1,
        "argument_rate": None,
        "first_attempt_match": None,
    }
    assert steps(rows) == [(None, None)]
    assert rows.filter(rows["status"] == "not_evaluated")["reason"].unique().sort().to_list() == [
        "arguments were not recorded, and the score depends on them",
        "the arguments of the call were not recorded",
    ]


def test_arguments_that_decide_nothing() -> None:
    rows = scored(SAID, call("look", '{"id": 1}'), BLIND)
    assert values(rows)["calls_match"] == 1
    assert values(scored({"calls": [{"name": "look"}]}, BLIND))["calls_match"] == 1
    ignore = {"arguments": "ignore", "calls": [LOOK]}
    assert values(scored(ignore, BLIND))["calls_match"] == 1


def test_a_share_of_what_is_not_known_is_not_known() -> None:
    said = {"mode": "strict", "calls": [LOOK, {"name": "look", "arguments": {"id": 2}}]}
    found = values(scored(said, BLIND, call("look", '{"id": 1}')))
    # Was it `look(id=2)`? Then both were met, and one of them in order.
    assert (found["calls_recall"], found["argument_rate"], found["order_rate"]) == (0.5, None, None)


def test_arguments_that_are_no_json_are_wrong_ones() -> None:
    broken = call("look", '{"id": ', fault="model.unparseable", failed=True, executed=False)
    rows = scored(SAID, broken)
    assert (values(rows)["calls_match"], steps(rows)) == (0, [("wrong_arguments", 0.0)])
    assert rows["explanation"].to_list()[-1] == (
        "`look` was expected with other arguments: the arguments are no JSON object"
    )


def test_calls_of_the_run_that_were_not_recorded() -> None:
    rows = scored(SAID, run={"calls": None})
    assert {*rows["status"]} == {"not_evaluated"}
    assert {*rows["reason"]} == {"the calls of the run were not recorded"}


def test_no_call_is_not_an_unrecorded_call() -> None:
    assert values(scored(SAID))["calls_match"] == 0


def test_a_run_that_never_began_has_nothing_to_judge() -> None:
    assert scored(SAID, run={"status": "missing", "calls": None}).height == 0
