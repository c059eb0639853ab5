from midspan.scorers.matching import Judgement, Place, judge, judge_both, total_credit
from midspan.scorers.matching.judgement import UNKNOWN


def test_a_match_is_never_given_up_for_more_credit_elsewhere() -> None:
    rows = [((0, 1.0), (1, 0.9)), ((0, 0.9), (2, 0.1))]
    assert judge(rows, expected=3, ordered=False) == Judgement(
        selected=2,
        met=1,
        in_order=1,
        places=(
            Place(label="matched", expected=0, credit=1.0),
            Place(label="wrong_arguments", expected=2, credit=0.1),
        ),
        missing=(1,),
    )
    assert total_credit(rows, expected=3, ordered=False) == 1.8


def test_out_of_order_is_told_from_wrong() -> None:
    rows = [((1, 1.0),), ((0, 1.0),), ((2, 0.5),), ((1, 1.0),)]
    found = judge(rows, expected=3, ordered=True)
    assert (found.selected, found.met, found.in_order, found.missing) == (3, 2, 2, ())
    assert [place.label for place in found.places] == [
        "extra",
        "matched",
        "wrong_arguments",
        "matched",
    ]
    swapped = judge(rows[:2], expected=2, ordered=True)
    assert [(place.label, place.credit) for place in swapped.places] == [
        ("matched", 1.0),
        ("wrong_order", 0.0),
    ]


def test_unknown_pairs_are_judged_both_ways() -> None:
    low, high = judge_both([((0, UNKNOWN),)], expected=1, ordered=False)
    assert (low.met, high.met, low.selected, high.selected) == (0, 1, 1, 1)
    known = judge_both([((0, 1.0),)], expected=1, ordered=False)
    assert known[0] is known[1]


def test_nothing_made_and_nothing_expected() -> None:
    nothing = Judgement(selected=0, met=0, in_order=0, places=(), missing=())
    assert judge([], expected=0, ordered=True) == nothing
    assert judge([], expected=2, ordered=False).missing == (0, 1)
