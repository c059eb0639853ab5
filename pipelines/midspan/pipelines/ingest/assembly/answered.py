"""Whether a model answered a request that failed."""

from midspan.pipelines.ingest.span import Span


def is_unanswered(span: Span) -> bool:
    """Return whether a request failed before the model answered.

    The text on such a span is what the client or a proxy said of the failure: where the model had
    written it, there would be tokens, or a reason for which it stopped.
    """
    return (
        span.status == "error"
        and not span.emitted
        and not span.output_tokens
        and span.finish_reason in (None, "error")
    )
