"""Phoenix: spans, annotations on them, and an experiment for each variant."""

from midspan.pipelines.publish.phoenix.publish import publish
from midspan.pipelines.publish.phoenix.pull import pull

__all__ = ["publish", "pull"]
