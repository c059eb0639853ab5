"""Short ways to ask a mode about calls written as `search(q=1)`."""

from typing import Any

from midspan.scorers.compat.case import Case, MadeCall, WantedCall, judge
from midspan.scorers.compat.modes import chosen

Call = tuple[str, dict[str, Any]]


def call(name: str, **arguments: Any) -> Call:
    return name, arguments


def says(mode: str, made: list[Call], wanted: list[Call]) -> float:
    """What the peer says of calls made, beside calls wanted."""
    (found,) = chosen([mode])
    case = Case(
        made=tuple(MadeCall(name=name, arguments=arguments) for name, arguments in made),
        wanted=tuple(WantedCall(name=name, arguments=arguments) for name, arguments in wanted),
    )
    return judge(found, case)
