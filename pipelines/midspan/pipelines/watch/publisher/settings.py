"""What a publisher is started with."""

from dataclasses import dataclass
from pathlib import Path

from midspan.pipelines.watch.shared_settings import SharedSettings


@dataclass(frozen=True, kw_only=True)
class PublisherSettings(SharedSettings):
    """Which servers get what waits; tokens are taken from the environment."""

    phoenix: str | None = None
    mlflow: str | None = None
    ca: Path | None = None
    source: str | None = None
    """Where runs are read from: a Phoenix that has the spans is sent the scores alone."""

    finish: bool = False
    """Whether to end once nothing waits; else whoever started it ends it."""
