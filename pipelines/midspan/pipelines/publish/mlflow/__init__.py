"""Publishes a workspace to MLflow, and reads back what people said there."""

from midspan.pipelines.publish.mlflow.publisher import publish
from midspan.pipelines.publish.mlflow.pull import pull

__all__ = ["publish", "pull"]
