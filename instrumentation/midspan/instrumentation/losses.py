"""What cannot be recorded is logged, each kind once, and left out; the rest of the step stays."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from midspan.instrumentation.interruptions import let_through
from midspan.instrumentation.messages import items

logger = logging.getLogger(__name__)

ValueT = TypeVar("ValueT")
_logged: set[tuple[str, type[Exception]]] = set()


def log_once(what: str, error: Exception) -> None:
    """Log that something could not be recorded, unless the same has been said before."""
    if (what, type(error)) not in _logged:
        _logged.add((what, type(error)))
        logger.warning("midspan could not record a step (%s)", what, exc_info=error)


def recorded(what: str, read: Callable[[], ValueT], otherwise: ValueT) -> ValueT:
    """Return what `read` gives, or `otherwise` where it fails."""
    try:
        return read()
    except Exception as error:
        let_through(error)
        log_once(what, error)
        return otherwise


def each_recorded(
    what: str, values: object, read: Callable[[object], Iterable[ValueT]]
) -> list[ValueT]:
    """Return what `read` makes of one thing or of each of several, without those where it fails."""
    found: list[ValueT] = []
    nothing: Iterable[object] = ()
    for item in recorded(what, lambda: items(values), nothing):
        try:
            found += read(item)
        except Exception as error:
            let_through(error)
            log_once(what, error)
    return found
