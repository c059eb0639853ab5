"""Takes secrets out of columns of text, once more: what a report shows may be sent around."""

from typing import Final

import polars as pl

from midspan.instrumentation.redaction import Redaction
from midspan.instrumentation.redaction.assigned import WORDS
from midspan.instrumentation.redaction.detectors import (
    ADDRESS,
    BEARER,
    COMMANDS,
    LONG,
    PRIVATE_KEY,
    Detector,
)

_DETECTORS: Final[tuple[Detector, ...]] = (PRIVATE_KEY, ADDRESS, BEARER, *COMMANDS, *LONG)
_KELVIN: Final = "\u212a"  # the one sign beyond ASCII that becomes a letter of it: k
_NEEDLES: Final = sorted({_KELVIN, *(needle for each in _DETECTORS for needle in each.needles)})
"""Every text with a secret holds one of these or a name with a value; most texts hold none."""

_ANY: Final = [*_NEEDLES, *WORDS]

_NAME: Final = r"(?:key|token|secret|passw(?:ord|d)|pwd|passphrase|authorization|cookie)"
_SPACE: Final = r"[\s\x1c-\x1f]"
_NAMED: Final = (
    rf"(?i){_NAME}(?:(?:\\{{0,7}}[\"'])?{_SPACE}{{0,8}}(?:[=:!>]|%3D)|\\{{0,7}}[\"'],)"
    rf"|-[a-z0-9_-]{{0,40}}{_NAME}{_SPACE}"
)
"""A name as secrets have and what may begin a value, or an option: `token: x`, `--token x`."""


class SecretsTakenOut:
    """Texts without secrets; `redaction.counts` says how many of each kind were replaced."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self.redaction = Redaction()

    def __call__(self, texts: pl.Series, runs: pl.Series) -> pl.Series:
        """Return the texts; the same secret of one run becomes the same word."""
        at = self._suspicious(texts)
        if at.is_empty():
            return texts
        found = zip(texts.gather(at).to_list(), runs.gather(at).to_list(), strict=True)
        replaced = [self.redaction.text(text, run) for text, run in found]
        return texts.clone().scatter(at, pl.Series(replaced, dtype=pl.String))

    @staticmethod
    def _suspicious(texts: pl.Series) -> pl.Series:
        """Return the places of texts that may hold a secret: looking closely takes Python."""
        # One look at all of the text; the others are at the few that it leaves.
        some = texts.str.contains_any(_ANY, ascii_case_insensitive=True).fill_null(False).arg_true()
        held = texts.gather(some)
        return some.filter(held.str.contains(_NAMED) | held.str.contains_any(_NEEDLES))
