"""The server that requests go to, and which address there a path of the proxy stands for."""

from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from midspan.instrumentation.addresses import shown

PORTS: Final = {"http": 80, "https": 443}
VERSION: Final = "/v1"

PROVIDERS: Final = {
    "api.openai.com": "openai",
    "api.anthropic.com": "anthropic",
    "api.mistral.ai": "mistral_ai",
    "api.groq.com": "groq",
    "api.deepseek.com": "deepseek",
    "api.x.ai": "x_ai",
    "api.perplexity.ai": "perplexity",
    "generativelanguage.googleapis.com": "gcp.gemini",
    "openrouter.ai": "openrouter",
}
"""Host -> name of the provider, as OpenTelemetry has it."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Scheme, host, port and base path of a server."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @classmethod
    def parse(cls, url: str) -> Self:
        """Return the origin that a base URL names, or raise `ValueError` that says what is wrong.

        >>> Origin.parse("https://api.openai.com/v1").target("/v1/chat/completions")
        '/v1/chat/completions'
        >>> Origin.parse("http://127.0.0.1:8000").target("/v1/messages", "beta=true")
        '/v1/messages?beta=true'
        """
        parts = urlsplit(url.strip())
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError(f"{shown(url)!r} is no http:// or https:// address")
        if parts.username or parts.password:
            raise ValueError("a key in the address would end in logs: send it as a header")
        if parts.query or parts.fragment:
            raise ValueError(
                f"{shown(url)!r} has a query: only scheme, host, port and path are used"
            )
        port = parts.port or PORTS[parts.scheme]
        return cls(scheme=parts.scheme, host=parts.hostname, port=port, path=parts.path.rstrip("/"))

    @property
    def url(self) -> str:
        """Return the base URL."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """Return what stands in the `Host` header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def provider(self) -> str | None:
        """Return the provider's name, where the host is a known one."""
        if self.host.endswith(".openai.azure.com"):
            return "azure.ai.openai"
        return PROVIDERS.get(self.host)

    def target(self, path: str, query: str = "") -> str:
        """Return path and query to ask the server for.

        Clients are given the proxy's address with `/v1` at its end or without, and so is the
        upstream's: a version that both have counts once.
        """
        if self.path.endswith(VERSION) and (path + "/").startswith(VERSION + "/"):
            path = path.removeprefix(VERSION)
        return f"{self.path}{path}{'?' + query if query else ''}"
