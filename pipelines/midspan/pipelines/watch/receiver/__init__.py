"""The receiver: takes OTLP over HTTP, and answers once what it took is safe on disk."""

from midspan.pipelines.watch.receiver.application import Receiver, application
from midspan.pipelines.watch.receiver.settings import ReceiverSettings

__all__ = ["Receiver", "ReceiverSettings", "application"]
