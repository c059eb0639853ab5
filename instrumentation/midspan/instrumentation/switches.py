"""Environment variables that switch something on or off."""

import logging
import os
from collections.abc import Mapping
from typing import Final

logger = logging.getLogger(__name__)

ON: Final = frozenset({"true", "1", "on", "yes"})
OFF: Final = frozenset({"false", "0", "off", "no"})


def switched_on(variable: str, variables: Mapping[str, str] = os.environ) -> bool:
    """Return whether a variable leaves something on; a word that means nothing is said to."""
    word = variables.get(variable, "").strip().lower()
    if word and word not in ON | OFF:
        logger.warning("%s is true or false, not %r: it is left out", variable, word)
    return word not in OFF
