"""Families of scores, in the order in which a person reads them, headlines first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Family:
    """Scores that answer one question. Names may be globs; the first family that has one wins."""

    title: str
    headlines: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


FAMILIES: Final = (
    Family(
        title="Outcome",
        headlines=("success",),
        names=("outcome", "check.*", "answer_coverage", "gamma_reward", "composite.*"),
    ),
    Family(
        title="Tool calls",
        headlines=("first_attempt_accuracy",),
        names=(
            "valid_call_rate",
            "invalid_calls",
            "call_success_rate",
            "call_ok",
            "calls_match",
            "calls_*",
            "call_match",
            "selection_rate",
            "argument_rate",
            "order_rate",
            "first_attempt_match",
        ),
    ),
    Family(
        title="Error recovery",
        headlines=("recovery_rate", "degenerate_share"),
        names=(
            "adaptive_share",
            "longest_error_streak",
            "*_to_recovery",
            "unacknowledged_failure",
            "longest_loop",
            "loop",
            "repeated_call_rate",
            "response",
            "episode",
        ),
    ),
    Family(
        title="Retry budget",
        headlines=("retry_efficiency",),
        names=("retr*", "overrun", "wasted_*", "attempts_per_operation", "provider_*"),
    ),
    Family(
        title="Parse-pass",
        headlines=("parse_pass_rate",),
        names=(
            "json_pass",
            "schema_pass",
            "call_parse",
            "text_call_rate",
            "answer_pass",
            "truncated*",
            "empty_turn*",
            "collapse*",
            "output_growth",
        ),
    ),
    Family(title="Resources", names=("turns", "tool_calls", "tokens*", "seconds*", "cost_usd")),
    Family(title="Markers", names=("marker.*", "fired.*")),
    Family(
        title="Rules and grounding",
        names=("rule.*", "violation.*", "hallucinated_*", "ungrounded_*", "unsupported_*"),
    ),
    Family(title="As other tools say", names=("compat.*",)),
)
OTHERS: Final = "Others"
"""Scores of other packages, of people and of models."""

HEADLINES: Final = tuple(name for family in FAMILIES for name in family.headlines)


def in_families(names: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Return names of scores by the title of their family, both in reading order."""
    found: dict[str, list[tuple[int, str]]] = {}
    for name in names:
        title, place = _place(name)
        found.setdefault(title, []).append((place, name))
    titles = [*(family.title for family in FAMILIES), OTHERS]
    return {title: [name for _, name in sorted(found[title])] for title in titles if title in found}


def _place(name: str) -> tuple[str, int]:
    for family in FAMILIES:
        for place, glob in enumerate((*family.headlines, *family.names)):
            if fnmatchcase(name, glob):
                return family.title, place
    return OTHERS, 0
