"""Takes keys, tokens and passwords out of text before it is written or sent."""

from midspan.instrumentation.redaction.redaction import Redaction

__all__ = ["Redaction"]
