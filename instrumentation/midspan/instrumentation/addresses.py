"""Addresses of servers, as they may be shown."""

from urllib.parse import urlsplit


def shown(address: str) -> str:
    """Return an address without user, password, query and fragment, where secrets stand.

    >>> shown("http://bob:hunter2@127.0.0.1:4318/v1/traces?api_key=x")
    'http://127.0.0.1:4318/v1/traces'
    """
    bare = address.split("?")[0].split("#")[0]
    scheme, sign, rest = bare.rpartition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{sign}{authority.rpartition('@')[2]}{slash}{path}"


def fault_of(address: str) -> str | None:
    """Return why no span can be sent to an address, None where it can be."""
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    return None if usable else f"not an address such as http://127.0.0.1:4318: {shown(address)}"
