"""What a profile asks for that its tools cannot show: predicates whose roles name no tool."""

from collections.abc import Iterable, Iterator
from typing import Final

from midspan.scorers.markers.unknown import leaves_of
from midspan.scorers.profile import Predicate, Profile, Rule
from midspan.scorers.profile.meaning import key_of
from midspan.scorers.profile.rules import ForbidRule, RequireBeforeRule, RequireRule

ROLES_OF: Final = {
    "command": ("shell",),
    "reads": ("read", "shell"),
    "writes": ("write", "shell"),
    "python": ("write", "shell"),
}
"""The roles of the tools that each predicate looks at: one of them must name a tool."""


def blind_predicates(profile: Profile, rules: Iterable[tuple[str, Rule]] = ()) -> list[str]:
    """Return a line for each kind of predicate that can never hold, for want of a tool's role.

    `rules` are those of tasks with their names, beside the profile's.
    """
    roles = profile.tools.roles
    users: dict[str, list[str]] = {}
    for user, predicate in _predicates(profile, rules):
        for key in dict.fromkeys(key_of(leaf) for leaf in leaves_of(predicate)):
            if key in ROLES_OF and not any(getattr(roles, role) for role in ROLES_OF[key]):
                users.setdefault(key, []).append(user)
    return [
        f"no tool has the role {' or '.join(ROLES_OF[key])}, so `{key}` of "
        f"{', '.join(dict.fromkeys(of))} {_missed(key)}. "
        f"{_fix(profile, ROLES_OF[key][0])}"
        for key, of in users.items()
    ]


def _missed(key: str) -> str:
    return "sees the code of Python tools alone" if key == "python" else "never holds"


def _fix(profile: Profile, role: str) -> str:
    named = f"name them under `tools: {{roles: {{{role}: [...]}}}}`"
    if profile.tools.roles.model_fields_set:
        return f"{named[0].upper()}{named[1:]}."
    return f"Write `extends: [midspan/default]`, or {named}."


def _predicates(
    profile: Profile, rules: Iterable[tuple[str, Rule]]
) -> Iterator[tuple[str, Predicate]]:
    for name, marker in profile.markers.items():
        yield f"markers.{name}", marker.predicate
    for name, rule in [*profile.rules.items(), *rules]:
        match rule:
            case ForbidRule(forbid=predicate) | RequireRule(require=predicate):
                yield f"rules.{name}", predicate
            case RequireBeforeRule(require_before=before):
                yield f"rules.{name}", before.first
                yield f"rules.{name}", before.then
