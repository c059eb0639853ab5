"""A proxy whose upstream is the proxy."""

import socket

import pytest

from midspan.instrumentation.proxy.itself import leads_back
from midspan.instrumentation.proxy.origin import Origin


@pytest.mark.parametrize(
    ("listens", "upstream", "back"),
    [
        ("127.0.0.1", "http://127.0.0.1:PORT/v1", True),
        ("127.0.0.1", "http://localhost:PORT", True),
        ("127.0.0.1", "http://127.0.0.1:1/v1", False),
        ("127.0.0.1", "http://192.0.2.1:PORT", False),
        ("127.0.0.1", "http://no-such-host.invalid:PORT", False),
        ("0.0.0.0", "http://127.0.0.1:PORT", True),
        ("0.0.0.0", "http://192.0.2.1:PORT", False),
    ],
)
def test_it_is_told_by_address_and_port(listens: str, upstream: str, back: bool) -> None:
    with socket.create_server((listens, 0)) as sock:
        port = sock.getsockname()[1]
        assert leads_back(Origin.parse(upstream.replace("PORT", str(port))), sock) is back
