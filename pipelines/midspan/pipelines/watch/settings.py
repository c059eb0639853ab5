"""What a watch is started with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from midspan.pipelines.watch.forwarding import Endpoint
from midspan.pipelines.watch.receiver import ReceiverSettings
from midspan.pipelines.watch.shared_settings import SharedSettings, WaitingSettings


@dataclass(frozen=True, kw_only=True)
class WatchSettings(SharedSettings, WaitingSettings):
    """Where spans come from, how runs are scored, and where both go."""

    source: str | None = None
    """What is tailed; None for a receiver."""

    receiver: ReceiverSettings = field(default_factory=ReceiverSettings)
    certificate: Path | None = None
    key: Path | None = None
    phoenix: str | None = None
    mlflow: str | None = None
    ca: Path | None = None
    forwards: Sequence[Endpoint] = ()
    workers: int = 2

    @property
    def is_published(self) -> bool:
        """Return whether finished runs go to a server."""
        return self.phoenix is not None or self.mlflow is not None

    @property
    def addresses(self) -> list[str]:
        """Return where requests are passed on to."""
        return [endpoint.url for endpoint in self.forwards]
