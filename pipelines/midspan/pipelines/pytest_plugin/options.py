"""The options of the plug-in, and the mark of what it adds."""

from typing import Final

WORKSPACE: Final = "--midspan-workspace"
SUITE: Final = "--midspan-suite"
INTO: Final = "--midspan-into"
PASS_RATE: Final = "--midspan-pass-rate"

MARK: Final = "midspan"

ALL: Final = 1.0
"""The share of a task's trials that have to succeed, unless it is said otherwise."""

ANY: Final = "any"
"""One trial that succeeds is enough."""
