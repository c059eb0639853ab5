"""Brings scored batches to Phoenix and MLflow, each server at its own pace."""

from midspan.pipelines.watch.publisher.backlog import waiting_bytes
from midspan.pipelines.watch.publisher.process import main, run
from midspan.pipelines.watch.publisher.settings import PublisherSettings

__all__ = ["PublisherSettings", "main", "run", "waiting_bytes"]
