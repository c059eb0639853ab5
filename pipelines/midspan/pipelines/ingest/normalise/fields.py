"""Which attributes fill which fields of a span: what a span does not have costs it nothing."""

from collections.abc import Callable, Mapping

from midspan.pipelines.ingest.normalise.shape import Shape
from midspan.pipelines.ingest.normalise.source import Source
from midspan.pipelines.ingest.span import Span

Names = tuple[str, ...]
Fill = Callable[..., None]


class Fields:
    """By field the attributes that it is filled from, the first of them that fits."""

    def __init__(
        self,
        *,
        text: Mapping[str, Names] | None = None,
        tokens: Mapping[str, Names] | None = None,
        numbers: Mapping[str, Names] | None = None,
    ) -> None:
        """Tell fields apart by what they hold."""
        self._all: list[tuple[Fill, str, Names]] = [
            *((Source.fill_text, field, names) for field, names in (text or {}).items()),
            *((Source.fill_tokens, field, names) for field, names in (tokens or {}).items()),
            *((Source.fill_number, field, names) for field, names in (numbers or {}).items()),
        ]

    def fill(self, span: Span, source: Source) -> None:
        """Fill the fields that are still None."""
        for fill, field, names in source.shape.once(self, self._in):
            fill(source, span, field, *names)

    def _in(self, shape: Shape) -> list[tuple[Fill, str, Names]]:
        """Return what spans of a shape can fill."""
        found = [
            (fill, field, tuple(name for name in names if name in shape.names))
            for fill, field, names in self._all
        ]
        return [each for each in found if each[2]]
