"""What judges checks of answers: it runs programs of its own, and so is given to the scorers."""

from collections.abc import Callable, Sequence

from midspan.scorers.suite import Check

Verdict = tuple[bool | None, str | None]
"""Whether a check holds, None where it could not be judged; and what a person wants to know."""

AnswerJudge = Callable[[Sequence[tuple[Check, str | None]]], Sequence[Verdict]]
"""What came of checks that read an answer, each with its answer; None: none was given."""
