"""What to run for a score that no run has: the command, with the file that the score needs."""

import re
from typing import Final

from midspan.scorers.comparison import ScoreComparison
from midspan.scorers.comparison.declared import ALIASES

_OF_A_SUITE: Final = re.compile(
    r"success|check\..+|answer_(pass|coverage)|gamma_reward|overrun"
    r"|call_match|calls_(match|precision|recall|f1)|first_attempt_match"
    r"|(selection|argument|order)_rate"
    r"|.+_per_success|step_ratio|pass_(at|hat)_[1-9]\d*"
)
"""Scores that hold runs against what a task expects, and figures made of these."""

_OF_A_PROFILE: Final = re.compile(r"(marker|rule|composite)\..+")


def command_for(name: str) -> str:
    """Return the command that gives runs a score.

    >>> command_for("tokens"), command_for("success_rate"), command_for("rule.look-first")
    ('midspan score', 'midspan score --suite FILE', 'midspan score --profile FILE')
    """
    name = ALIASES.get(name, name)
    if _OF_A_SUITE.fullmatch(name):
        return "midspan score --suite FILE"
    if _OF_A_PROFILE.fullmatch(name):
        return "midspan score --profile FILE"
    if name.startswith("compat."):
        return f"midspan score --suite FILE --compat {name.removeprefix('compat.')}"
    return "midspan score"


def advice(name: str, score: ScoreComparison | None) -> str | None:
    """Return what to run where no run at all has a score; None where some have it.

    Runs of which it could not be told have a row that says why, and no command gives them more.
    """
    return f"no run has it: {command_for(name)}" if no_run_has(score) else None


def no_run_has(score: ScoreComparison | None) -> bool:
    """Return whether no run has any row of a score."""
    figures = score.figures if score else ()
    return all(each.note == "no value" and not each.unevaluated for each in figures)
