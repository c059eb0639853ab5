"""A recording proxy: it stands between any agent and its model, and keeps what passes as spans."""

from midspan.instrumentation.proxy.access import is_local
from midspan.instrumentation.proxy.origin import Origin
from midspan.instrumentation.proxy.settings import ProxySettings, ToolSpans

__all__ = ["Origin", "ProxySettings", "ToolSpans", "is_local"]
