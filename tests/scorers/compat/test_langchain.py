from tests.scorers.compat.saying import call, says

S1, S12 = call("s", q=1), call("s", q=1, k=2)


def test_strict_wants_the_same_calls_in_order() -> None:
    assert says("langchain.strict.exact", [S1, S12], [S1, S12]) == 1
    assert says("langchain.strict.exact", [S12, S1], [S1, S12]) == 0
    assert says("langchain.strict.ignore", [S12, S1], [S1, S12]) == 1


def test_superset_allows_more_calls_and_subset_fewer() -> None:
    assert says("langchain.superset.exact", [S1, S12], [S12]) == 1
    assert says("langchain.superset.exact", [S12], [S1, S12]) == 0
    assert says("langchain.subset.exact", [S12], [S1, S12]) == 1
    assert says("langchain.unordered.exact", [S12, S1], [S1, S12]) == 1
    assert says("langchain.unordered.exact", [S1, S1], [S1, S12]) == 0


def test_arguments_may_be_more_or_fewer() -> None:
    assert says("langchain.superset.superset", [S12], [S1]) == 1
    assert says("langchain.superset.superset", [S1], [S12]) == 0
    assert says("langchain.superset.subset", [S1], [S12]) == 1
    # The sides change places with `subset`, and so do the arguments.
    assert says("langchain.subset.subset", [S12], [S1]) == 1
    assert says("langchain.subset.superset", [S12], [S1]) == 0


def test_greedy_assignment_fails_the_very_calls_that_are_expected() -> None:
    # s(q=1) takes s(q=1, k=2), which then nothing is left for.
    assert says("langchain.superset.superset", [S12, S1], [S1, S12]) == 0
    assert says("langchain.unordered.superset", [S12, S1], [S1, S12]) == 0
    assert says("langchain.superset.superset", [S1, S12], [S1, S12]) == 1
