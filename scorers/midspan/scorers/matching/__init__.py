"""Calls made against calls expected: how a pair is compared, and the best pairs there are."""

from midspan.scorers.matching.arguments import Comparison, ExpectedArguments, GivenArguments
from midspan.scorers.matching.assignment import best_pairs, most_pairs, pairs_in_order
from midspan.scorers.matching.expectation import Expectation, Wanted
from midspan.scorers.matching.judgement import (
    Judgement,
    Place,
    Row,
    judge,
    judge_both,
    total_credit,
)
from midspan.scorers.matching.rules import Rule
from midspan.scorers.matching.schemas import Parameters, parameters
from midspan.scorers.matching.scope import Scope
from midspan.scorers.matching.task_frames import TaskFrames

__all__ = [
    "Comparison",
    "Expectation",
    "ExpectedArguments",
    "GivenArguments",
    "Judgement",
    "Parameters",
    "Place",
    "Row",
    "Rule",
    "Scope",
    "TaskFrames",
    "Wanted",
    "best_pairs",
    "judge",
    "judge_both",
    "most_pairs",
    "pairs_in_order",
    "parameters",
    "total_credit",
]
