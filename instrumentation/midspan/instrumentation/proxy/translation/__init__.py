"""Calls that a model wrote as text, made native ones on the way to the client."""

from midspan.instrumentation.proxy.translation.rewriting import Rewriter, rewriter_for

__all__ = ["Rewriter", "rewriter_for"]
