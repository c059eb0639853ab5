"""Which dialects know a span."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from midspan.pipelines.ingest.normalise.dialects import READ_ORDER, Dialect
from midspan.pipelines.ingest.normalise.shape import Shape
from midspan.pipelines.ingest.normalise.source import Source

Check = Callable[[Source], bool] | None

_TELLING_NAMES: Final = tuple({start for dialect in READ_ORDER for start in dialect.SIGNS.spans})


def claiming(source: Source) -> list[Dialect]:
    """Return the dialects that know the span, in the order in which they read it."""
    name = source.name if source.name.startswith(_TELLING_NAMES) else ""
    shown = _shown(source.shape, name, source.scope, bool(source.events))
    return [dialect for dialect, check in shown if check is None or check(source)]


@lru_cache(maxsize=1024)
def _shown(shape: Shape, span: str, scope: str, events: bool, /) -> list[tuple[Dialect, Check]]:
    """Return the dialects that a span shows signs of, each with what it looks at then.

    Cached, since spans come in few shapes.
    """
    shown = [d for d in READ_ORDER if d.SIGNS.shown(shape, span, scope, events=events)]
    return [(dialect, dialect.SIGNS.check) for dialect in shown]
