"""Brings scored batches to Phoenix and MLflow, each server at its own pace."""

from midspan.pipelines.watch.publisher.backlog import waiting_bytes
from midspan.pipelines.watch.publisher.process import PublisherSettings, main, run

__all__ = ["PublisherSettings", "main", "run", "waiting_bytes"]
