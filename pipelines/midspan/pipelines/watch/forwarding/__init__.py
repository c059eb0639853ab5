"""Passes what was accepted on to other servers that take OTLP over HTTP, each at its own pace."""

from midspan.pipelines.watch.forwarding.endpoint import Endpoint
from midspan.pipelines.watch.forwarding.forwarder import Forwarder

__all__ = ["Endpoint", "Forwarder"]
