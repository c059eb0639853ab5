"""What requests and replies of each API say, read from their bytes in one form for all."""

from midspan.instrumentation.proxy.wire.asked import Asked, ToolResult
from midspan.instrumentation.proxy.wire.reading import read_reply, read_request

__all__ = ["Asked", "ToolResult", "read_reply", "read_request"]
