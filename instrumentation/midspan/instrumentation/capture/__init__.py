"""What of an agent's content stands on spans, and what is taken out of it first."""

from midspan.instrumentation.capture.settings import Capture, Content

__all__ = ["Capture", "Content"]
