"""Faults as a profile sees them, derived again in memory: the stored ones know no profile."""

import re
from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from typing import Final

from midspan.scorers.faults.derive import derive_faults
from midspan.scorers.faults.forms import Form
from midspan.scorers.faults.rules import FaultRules
from midspan.scorers.profile import Profile
from midspan.scorers.setting import default_profile
from midspan.scorers.tables import Tables

PROFILE_FORM: Final = "profile"
"""The id of the rule that a form of the profile gives: `hidden.error/profile`."""

_FLAGS: Final = re.compile(r"\(\?([imsx]+)\)")


def rules_of(profile: Profile) -> FaultRules:
    """Return the built-in rules with what a profile adds: error patterns, and roles of tools.

    Of the roles, those count that the default profile does not have: `read` and `search` tools
    give back what they read, `shell` tools run code.
    """
    built_in = FaultRules()
    forms = tuple(
        Form(id=PROFILE_FORM, pattern=_at_the_start(pattern)) for pattern in profile.errors.forms
    )
    roles, default = profile.tools.roles, default_profile().tools.roles
    return replace(
        built_in,
        forms=(*built_in.forms, *forms),
        transient=(*built_in.transient, *profile.errors.transient),
        read_tools=_with(
            built_in.read_tools, {*roles.read, *roles.search} - {*default.read, *default.search}
        ),
        code_tools=_with(built_in.code_tools, {*roles.shell} - {*default.shell}),
    )


def with_profile_faults(tables: Tables) -> Tables:
    """Return the tables with the fault columns of their calls as the setting's profile has them.

    The very same tables where the profile adds nothing to the built-in rules.
    """
    rules = rules_of(tables.setting.profile)
    if rules == _built_in():
        return tables
    calls = derive_faults(
        tables.calls.collect(),
        tables.spans.select(
            "run_id", "trace_id", "span_id", "kind", "status", "error_type"
        ).collect(),
        tables.tools.collect(),
        rules,
    )
    return replace(tables, calls=calls.lazy())


@cache
def _built_in() -> FaultRules:
    return FaultRules()


def _with(known: tuple[str, ...], globs: Iterable[str]) -> tuple[str, ...]:
    """Return name globs with those that are not among them, nor names that one of them matches."""
    new = (glob for glob in globs if not any(fnmatchcase(glob, each) for each in known))
    return (*known, *sorted(new))


def _at_the_start(pattern: str) -> str:
    """Return a pattern that holds at the start of a text only, its flags kept."""
    flags = _FLAGS.match(pattern)
    if flags is None:
        return f"^(?:{pattern})"
    return f"(?{flags[1]})^(?:{pattern[flags.end() :]})"
