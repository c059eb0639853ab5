"""Who may send: programs of this machine, or holders of the token."""

import hmac
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from midspan.instrumentation.proxy import is_local
from midspan.pipelines.watch.receiver.refusals import Refused


def require_access(headers: Headers, token: str | None) -> None:
    """Raise `Refused` for a request that may not pass.

    Without a token this machine alone may send. A web page can make its reader's browser do so: by
    its own name, which it lets point here, or with an `Origin` of another host. No browser leaves
    the `Host` out; programs that speak HTTP/1.0 do.
    """
    if token is not None:
        scheme, _, shown = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(
            shown.strip().encode(), token.encode()
        ):
            raise Refused("bad_token", "the header authorization: Bearer TOKEN is asked for")
        return
    host, origin = headers.get("host"), headers.get("origin")
    if host is not None and not _means_this_machine(f"//{host}"):
        raise Refused("not_local", f"this receiver serves its own machine, asked as {host!r}")
    if origin is not None and not _means_this_machine(origin):
        raise Refused("not_local", f"this receiver takes nothing of the web page {origin}")


def _means_this_machine(url: str) -> bool:
    try:
        return is_local(urlsplit(url).hostname or "")
    except ValueError:  # brackets that do not close
        return False
