"""Which calls are looked at, of those made and of those expected."""

import re
from dataclasses import dataclass
from functools import cached_property

from midspan.scorers.globs import globs_pattern
from midspan.scorers.suite import ExpectedCalls


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The tools that are looked at, and whether failed attempts are."""

    globs: tuple[str, ...] | None = None
    """Names of the tools; None: all."""
    failed: bool = True
    """Whether failed attempts count as calls."""
    words: str = "all calls"
    """The scope as explanations say it."""

    @classmethod
    def of(cls, expected: ExpectedCalls, state_changing: tuple[str, ...]) -> "Scope":
        """Return the scope of an expectation, under a profile's state-changing tools."""
        if expected.scope == "all":
            return cls()
        if expected.scope == "state_changing":
            return cls(
                globs=tuple(sorted({*state_changing, *expected.state_changing})),
                failed=False,
                words="state-changing calls without failed attempts",
            )
        names = expected.scope
        return cls(globs=names, words=f"calls of {', '.join(names)}")

    def counts(self, name: str) -> bool:
        """Return whether calls of a tool are looked at."""
        return self._pattern is None or self._pattern.search(name) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        return None if self.globs is None else re.compile(globs_pattern(self.globs))

    def unusable(self, expected: ExpectedCalls) -> str | None:
        """Return why nothing can be judged in this scope; None: it can.

        A scope that nothing falls in would pass every run.
        """
        if self.globs == ():
            return (
                "the scope is state_changing, and no tool is named so:"
                " name some in `state_changing` of the task or in the profile's tools"
            )
        named = expected.scope not in ("all", "state_changing")
        if named and expected.calls and not any(self.counts(one.name) for one in expected.calls):
            return f"none of the expected calls is in the scope: {self.words}"
        return None
