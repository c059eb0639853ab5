"""What can be chosen of a recording proxy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from midspan.instrumentation.proxy.origin import Origin
from midspan.instrumentation.run_context import RunContext

ToolSpans = Literal["auto", "always", "never"]

BODY_BYTES: Final = 16 * 2**20
MEMORY_BYTES: Final = 256 * 2**20


@dataclass(frozen=True, kw_only=True)
class ProxySettings:
    """Where requests go, where spans go, and what is done on the way."""

    upstream: Origin
    spool: str | None = None
    """Directory for one file per run."""
    endpoint: str | None = None
    """Base address of an OTLP/HTTP server."""
    endpoint_headers: Mapping[str, str] | None = None
    run: RunContext = field(default_factory=RunContext)
    """What is known about every run that passes; a request may say more, or otherwise."""
    provider: str | None = None
    """Name of the provider on spans; by default read from the upstream's host."""
    tool_spans: ToolSpans = "auto"
    """Spans of tools, from the results in the next request: `auto` leaves out requests that carry
    a `traceparent`, as their agent traces itself."""
    translate_text_calls: bool = False
    upstream_key: str | None = field(default=None, repr=False)
    """Sent upstream in place of the client's key, so that the agent need not hold it."""
    token: str | None = field(default=None, repr=False)
    """What clients have to show; None where whoever reaches the proxy may use it."""
    local_only: bool = True
    """Refuse requests that a web page of another host has sent."""
    body_bytes: int = BODY_BYTES
    """Longer bodies pass, and are not recorded."""
    memory_bytes: int = MEMORY_BYTES
    """What all bodies that wait to be recorded may take together."""
    idle_seconds: float = 1800.0
    """A run is over, and its file closed, after so long without a request."""
    connect_seconds: float = 10.0
    drain_seconds: int = 5
    """How long replies under way may go on once the proxy is told to stop."""
