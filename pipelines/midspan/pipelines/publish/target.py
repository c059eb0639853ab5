"""Where something is published to: an address, who asks, and whom to trust."""

import ssl
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Final, Literal

import httpx

from midspan.pipelines.publish.exchange import Patience
from midspan.scorers.errors import InvalidInput

ServerName = Literal["phoenix", "mlflow", "otlp"]

REQUEST_SECONDS: Final = 120.0
CONNECT_SECONDS: Final = 10.0


@dataclass(frozen=True, kw_only=True)
class Target:
    """A server. What it is asked with never shows: neither in messages nor in a representation."""

    server: ServerName
    url: str
    token: str | None = field(default=None, repr=False)
    """Sent as `Authorization: Bearer`."""

    login: tuple[str, str] | None = field(default=None, repr=False)
    """User and password, where there is no token."""

    ca: Path | None = None
    """A file of certificates that are trusted beside those of the system."""

    patience: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        try:
            address = httpx.URL(self.url) if "://" in self.url else None
        except httpx.InvalidURL:
            address = None
        if address is None or address.scheme not in {"http", "https"} or not address.host:
            raise InvalidInput(
                f"{self.server}: {shown(self.url)} is not the address of a server",
                fix="Give it with http:// or https://, such as http://127.0.0.1:6006",
            )
        if address.userinfo:
            raise InvalidInput(
                f"{self.server}: an address with a password in it would be shown in reports",
                fix="Put the secret into the environment; `midspan publish --help` names them.",
            )

    def client(self) -> httpx.Client:
        """Return a client for requests to the server; the caller closes it."""
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        return httpx.Client(
            base_url=self.url.rstrip("/"),
            headers=headers,
            auth=self.login if self.login and not self.token else None,
            verify=self.trusted(),
            timeout=httpx.Timeout(REQUEST_SECONDS, connect=CONNECT_SECONDS),
            # A proxy named in the environment is not for servers of this machine.
            trust_env=not is_loopback(httpx.URL(self.url).host),
        )

    def trusted(self) -> ssl.SSLContext | bool:
        """Return what a server's certificate is held to, as httpx takes it."""
        if self.ca is None:
            return True
        context = ssl.create_default_context()
        try:
            context.load_verify_locations(cafile=self.ca)
        except FileNotFoundError:
            raise InvalidInput(f"{self.ca}: there is no such file") from None
        except (ssl.SSLError, OSError) as error:
            raise InvalidInput(
                f"{self.ca}: holds no certificates that can be read ({error})",
                fix="Name a file of certificates in PEM form.",
            ) from error
        return context


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("example.org")
    (True, True, False)
    """
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def shown(url: str) -> str:
    """Return an address as it may be printed: without what stands before the host.

    >>> shown("http://me:secret@host/x")
    'http://host/x'
    """
    scheme, separator, rest = url.rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}"
