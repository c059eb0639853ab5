"""Where something is passed on to: an address, and what is shown there."""

import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import httpx

from midspan.pipelines.publish.target import Target, is_loopback
from midspan.pipelines.watch.backlog import Kind
from midspan.scorers.errors import InvalidInput

HEADERS: Final = "OTEL_EXPORTER_OTLP_HEADERS"
"""What exporters of OpenTelemetry read, too: `name=value,name=value`, percent-encoded."""

SECONDS: Final = httpx.Timeout(30.0, connect=10.0)


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """A server that takes OTLP; its headers never show in a representation."""

    url: str
    ca: Path | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        Target(server="otlp", url=self.url)

    def address(self, kind: Kind) -> str:
        """Return the address of a signal below that of the server.

        >>> Endpoint(url="http://127.0.0.1:4318/").address("traces")
        'http://127.0.0.1:4318/v1/traces'
        """
        base = self.url.rstrip("/")
        for each in ("/v1/traces", "/v1/logs"):
            base = base.removesuffix(each)
        return f"{base}/v1/{kind}"

    def client(self) -> httpx.AsyncClient:
        """Return a client for requests to the server; the caller closes it."""
        return httpx.AsyncClient(
            headers=dict(self.headers),
            verify=self.trusted(),
            timeout=SECONDS,
            trust_env=not is_loopback(httpx.URL(self.url).host),
        )

    def trusted(self) -> ssl.SSLContext | bool:
        """Return whose certificates are trusted."""
        return Target(server="otlp", url=self.url, ca=self.ca).trusted()


def headers_of_environment() -> dict[str, str]:
    """Return the headers that the environment names for OTLP."""
    found = {}
    for pair in os.environ.get(HEADERS, "").split(","):
        if not pair.strip():
            continue
        name, separator, value = pair.partition("=")
        if not separator or not name.strip():
            raise InvalidInput(
                f"{HEADERS} holds something that is no header", fix="Write it as name=value,..."
            )
        found[unquote(name.strip())] = unquote(value.strip())
    return found
