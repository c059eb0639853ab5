from itertools import combinations, permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from midspan.scorers.matching import best_pairs, most_pairs, pairs_in_order

Weights = list[dict[int, float]]

COLUMNS = 4
WEIGHTS = st.lists(
    st.dictionaries(st.integers(0, COLUMNS - 1), st.sampled_from([0.25, 0.5, 1.0])), max_size=4
)

patiently = settings(deadline=None)


def total(weights: Weights, pairs: dict[int, int]) -> float:
    assert len({*pairs.values()}) == len(pairs)
    return sum(weights[row][column] for row, column in pairs.items())


def every_pairing(weights: Weights) -> list[dict[int, int]]:
    found = []
    for size in range(min(len(weights), COLUMNS) + 1):
        for rows in combinations(range(len(weights)), size):
            for columns in permutations(range(COLUMNS), size):
                if all(column in weights[row] for row, column in zip(rows, columns, strict=True)):
                    found.append(dict(zip(rows, columns, strict=True)))
    return found


@patiently
@given(WEIGHTS)
def test_most_pairs_are_as_many_as_any_pairing_has(weights: Weights) -> None:
    found = most_pairs(weights)
    assert found in every_pairing(weights)
    assert len(found) == max(map(len, every_pairing(weights)))


@patiently
@given(WEIGHTS)
def test_best_pairs_weigh_as_much_as_any_pairing_does(weights: Weights) -> None:
    found = best_pairs(weights, COLUMNS)
    best = max(total(weights, pairs) for pairs in every_pairing(weights))
    assert found in every_pairing(weights)
    assert total(weights, found) == best


@patiently
@given(WEIGHTS)
def test_pairs_in_order_weigh_as_much_as_any_that_do_not_cross(weights: Weights) -> None:
    found = pairs_in_order(weights, COLUMNS)
    uncrossed = [
        pairs for pairs in every_pairing(weights) if [*pairs.values()] == sorted(pairs.values())
    ]
    assert found in uncrossed
    assert total(weights, found) == max(total(weights, pairs) for pairs in uncrossed)


@patiently
@given(WEIGHTS)
def test_of_equal_pairs_in_order_earlier_rows_have_theirs(weights: Weights) -> None:
    uncrossed = [
        pairs for pairs in every_pairing(weights) if [*pairs.values()] == sorted(pairs.values())
    ]
    most = max(total(weights, pairs) for pairs in uncrossed)
    equal = [pairs for pairs in uncrossed if total(weights, pairs) == most]
    unpaired = COLUMNS
    first = min(equal, key=lambda pairs: [pairs.get(row, unpaired) for row in range(len(weights))])
    assert pairs_in_order(weights, COLUMNS) == first


def test_the_first_row_keeps_its_place_where_that_costs_nothing() -> None:
    assert most_pairs([[0], [0]]) == {0: 0}
    assert best_pairs([{0: 0.5}, {0: 0.5}], 1) == {0: 0}
    assert pairs_in_order([{0: 1.0}, {0: 1.0}], 1) == {0: 0}
    assert pairs_in_order([{1: 1.0}, {0: 1.0}], 2) == {0: 1}
    assert pairs_in_order([{1: 1.0}, {1: 1.0}, {0: 1.0, 2: 1.0}], 3) == {0: 1, 2: 2}


def test_rows_move_along_a_chain_to_make_room() -> None:
    assert most_pairs([[0, 1], [1, 2], [2, 3], [0]]) == {0: 1, 1: 2, 2: 3, 3: 0}


def test_a_thousand_calls_are_no_depth() -> None:
    chain = [[row, row + 1] for row in range(1000)] + [[0]]
    assert len(most_pairs(chain)) == 1001
