from tests.scorers.compat.saying import call, says

A = call("a", x=1, y=2)


def test_accuracy_is_the_share_of_wanted_arguments() -> None:
    assert says("ragas.accuracy", [A], [A]) == 1
    assert says("ragas.accuracy", [call("a", x=1, y=3)], [A]) == 0.5
    assert says("ragas.accuracy", [call("a", x=1, y=2, z=3)], [A]) == 1
    assert says("ragas.accuracy", [call("a", x=1)], [call("a")]) == 0
    assert says("ragas.accuracy", [], []) == 1


def test_values_are_compared_as_text() -> None:
    assert says("ragas.accuracy", [call("a", x="1")], [call("a", x=1)]) == 1
    assert says("ragas.accuracy", [call("a", x=1.0)], [call("a", x=1)]) == 0


def test_one_more_call_makes_it_nothing() -> None:
    assert says("ragas.accuracy", [A, A], [A]) == 0
    assert says("ragas.accuracy", [call("b"), A], [A, call("b")]) == 0
    assert says("ragas.accuracy.any_order", [call("b"), A], [A, call("b")]) == 1


def test_any_order_pairs_by_text_and_so_mispairs() -> None:
    made, wanted = [call("a", x=9), call("a", x=5)], [call("a", x=5), call("a", x=1)]
    assert says("ragas.accuracy.any_order", made, wanted) == 0


def test_f1_counts_equal_calls_once() -> None:
    assert says("ragas.f1", [A, A], [A]) == 1
    assert says("ragas.f1", [A, call("b")], [A]) == 0.6667
    assert says("ragas.f1", [], []) == 0
