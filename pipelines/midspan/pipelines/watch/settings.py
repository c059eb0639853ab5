"""What a watch is started with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from midspan.pipelines.watch.forwarding import Endpoint
from midspan.pipelines.watch.receiver import ReceiverSettings


@dataclass(frozen=True, kw_only=True)
class WatchSettings:
    """Where spans come from, how runs are scored, and where both go."""

    workspace: Path
    state: Path
    source: str | None = None
    """What is tailed; None for a receiver."""

    receiver: ReceiverSettings = field(default_factory=ReceiverSettings)
    certificate: Path | None = None
    key: Path | None = None
    phoenix: str | None = None
    mlflow: str | None = None
    ca: Path | None = None
    forwards: Sequence[Endpoint] = ()
    suite: Path | None = None
    profile: Path | None = None
    quiet: float = 5.0
    timeout: float = 600.0
    workers: int = 2

    @property
    def is_published(self) -> bool:
        """Return whether finished runs go to a server."""
        return self.phoenix is not None or self.mlflow is not None

    @property
    def addresses(self) -> list[str]:
        """Return where requests are passed on to."""
        return [endpoint.url for endpoint in self.forwards]
