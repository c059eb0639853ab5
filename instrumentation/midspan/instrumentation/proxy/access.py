"""Who may use the proxy: programs of this machine, or holders of its token."""

import hmac
import ipaddress
from urllib.parse import urlsplit

from midspan.instrumentation.proxy.headers import TOKEN, Headers, value_of
from midspan.instrumentation.proxy.settings import ProxySettings


def is_local(host: str) -> bool:
    """Return whether a host name or address means this machine alone.

    >>> is_local("127.0.0.1"), is_local("localhost"), is_local("0.0.0.0"), is_local("example.org")
    (True, True, False, False)
    """
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def refusal(
    settings: ProxySettings, headers: Headers, *, run_token: str | None = None
) -> tuple[int, str] | None:
    """Return status and message for a request that may not pass, else None.

    The token of a run opens that run's path and nothing else.

    A web page may send requests to this machine through its reader's browser: by its own name,
    which it lets point here, or with an `Origin` of another host.
    """
    if run_token is not None and _is_among(run_token, _all_shown(headers)):
        return None
    if settings.token is not None:
        if _shows(settings, headers):
            return None
        return 401, "this proxy asks for its token, in the header x-midspan-token"
    if run_token is not None:
        return 401, "this run asks for its token, as the API key"
    if settings.local_only:
        host = value_of(headers, b"host") or ""
        origin = value_of(headers, b"origin")
        if not is_local(urlsplit(f"//{host}").hostname or ""):
            return 403, f"this proxy serves its own machine alone, and was asked as {host!r}"
        if origin is not None and not is_local(urlsplit(origin).hostname or ""):
            return 403, f"this proxy takes no requests of the web page {origin}"
    return None


def _shows(settings: ProxySettings, headers: Headers) -> bool:
    """Return whether a request has the token; where the proxy holds the key, as its key too."""
    holds_key = settings.upstream_key is not None
    shown = _all_shown(headers) if holds_key else [value_of(headers, TOKEN)]
    return _is_among(settings.token or "", shown)


def _all_shown(headers: Headers) -> list[str | None]:
    bearer = value_of(headers, b"authorization") or ""
    names = (TOKEN, b"x-api-key", b"api-key")
    return [bearer.removeprefix("Bearer "), *(value_of(headers, name) for name in names)]


def _is_among(token: str, shown: list[str | None]) -> bool:
    return any(hmac.compare_digest((each or "").encode(), token.encode()) for each in shown)
