"""Every mode of every peer, and those that are asked for."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

from midspan.scorers.compat import adk, bfcl, deepeval, langchain, pydantic_evals, ragas, tau2
from midspan.scorers.compat.case import Mode
from midspan.scorers.errors import InvalidInput
from midspan.scorers.file_format import did_you_mean

MODES: Final = tuple(
    mode
    for peer in (adk, bfcl, deepeval, langchain, pydantic_evals, ragas, tau2)
    for mode in peer.MODES
)

PREFIX: Final = "compat."
"""What the names of the scores begin with."""


def chosen(globs: Sequence[str]) -> tuple[Mode, ...]:
    """Return the modes that any of the globs names, in our order.

    >>> [mode.name for mode in chosen(["ragas.*", "tau2.actions"])]
    ['ragas.accuracy', 'ragas.accuracy.any_order', 'ragas.f1', 'tau2.actions']
    """
    if isinstance(globs, str):
        raise InvalidInput(f"compat: modes must be a list, not {globs!r}", fix=f"modes: [{globs}]")
    patterns = [glob.removeprefix(PREFIX) for glob in globs]
    for pattern in patterns:
        if not any(fnmatchcase(mode.name, pattern) for mode in MODES):
            raise InvalidInput(f"compat: no mode {pattern!r}.{_hint(pattern)}", fix=_modes())
    return tuple(
        mode for mode in MODES if any(fnmatchcase(mode.name, pattern) for pattern in patterns)
    )


def _hint(pattern: str) -> str:
    peers = dict.fromkeys(mode.name.partition(".")[0] for mode in MODES)
    meant = did_you_mean(
        pattern, [*(mode.name for mode in MODES), *(f"{peer}.*" for peer in peers)]
    )
    return f" Did you mean {meant!r}?" if meant else ""


def _modes() -> str:
    return "Modes are " + ", ".join(mode.name for mode in MODES) + "; `adk.*` means all of one."
