"""Arguments as the span of an execution shows them: JSON, or what its producer printed."""

from midspan.pipelines.ingest.content.arguments import canonical_printed
from midspan.pipelines.ingest.span import Span
from midspan.scorers.canonical import canonical_arguments


def canonical_shown(span: Span) -> str | None:
    """Return a tool span's arguments in canonical form; None where there are none, or no JSON."""
    if span.input is None:
        return None
    canonical = canonical_arguments(span.input)
    if canonical is None and "unwrapped" in span.notes:
        return canonical_printed(span.input)
    return canonical
