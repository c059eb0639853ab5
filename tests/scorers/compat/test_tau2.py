from tests.scorers.compat.saying import call, says


def test_every_action_is_met_by_some_call() -> None:
    refund = call("refund", order=1, amount=5)
    assert says("tau2.actions", [call("look"), refund], [refund]) == 1
    assert says("tau2.actions", [call("look")], [refund]) == 0
    assert says("tau2.actions", [], []) == 1


def test_a_call_is_not_spent() -> None:
    assert says("tau2.actions", [call("a", x=1)], [call("a", x=1), call("a", x=1)]) == 1


def test_only_arguments_that_were_given_are_compared() -> None:
    assert says("tau2.actions", [call("a")], [call("a", x=1)]) == 1
    assert says("tau2.actions", [call("a", x=1)], [call("a", x=1, y=2)]) == 1
    assert says("tau2.actions", [call("a", x=1, y=2)], [call("a", x=1)]) == 0


def test_text_that_holds_json_is_compared_as_json() -> None:
    assert says("tau2.actions", [call("a", x='{"k": 1}')], [call("a", x={"k": 1})]) == 1
    assert says("tau2.actions", [call("a", x="{k")], [call("a", x="{k")]) == 1
