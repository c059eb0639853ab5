"""Who may use a proxy."""

import pytest

from midspan.instrumentation.proxy.access import is_local, refusal
from midspan.instrumentation.proxy.origin import Origin
from midspan.instrumentation.proxy.settings import ProxySettings
from tests.instrumentation.proxy.conftest import Start
from tests.instrumentation.proxy.test_forwarding import answered

ORIGIN = Origin.parse("http://h")


def status(settings: ProxySettings, **headers: str) -> int | None:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    found = refusal(settings, given)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"host": "127.0.0.1:8400"}, None),
        ({"host": "localhost"}, None),
        ({"host": "[::1]:8400"}, None),
        ({"host": "rebound.example:8400"}, 403),
        ({}, 403),
        ({"host": "127.0.0.1", "origin": "http://localhost:3000"}, None),
        ({"host": "127.0.0.1", "origin": "https://evil.example"}, 403),
        ({"host": "127.0.0.1", "origin": "null"}, 403),
    ],
)
def test_a_proxy_of_this_machine_serves_no_web_page(
    headers: dict[str, str], refused: int | None
) -> None:
    assert status(ProxySettings(upstream=ORIGIN), **headers) == refused


@pytest.mark.parametrize(
    ("headers", "key", "refused"),
    [
        ({}, None, 401),
        ({"x_midspan_token": "t0k"}, None, None),
        ({"x_midspan_token": "tok"}, None, 401),
        ({"authorization": "Bearer t0k"}, None, 401),
        ({"authorization": "Bearer t0k"}, "sk-real", None),
        ({"x_api_key": "t0k"}, "sk-real", None),
        ({"x_api_key": "sk-real"}, "sk-real", 401),
    ],
)
def test_a_proxy_with_a_token_asks_for_it(
    headers: dict[str, str], key: str | None, refused: int | None
) -> None:
    settings = ProxySettings(upstream=ORIGIN, token="t0k", upstream_key=key, local_only=False)
    assert status(settings, host="proxy.example", **headers) == refused


def test_a_refusal_is_in_the_form_of_the_api_and_reaches_no_upstream(proxied: Start) -> None:
    proxy = proxied(answered(), token="t0k")
    reply = proxy.client.post("/v1/messages", content=b"{}")
    assert (reply.status_code, reply.json()["error"]["type"]) == (401, "authentication_error")
    shown = proxy.client.post("/v1/messages", content=b"{}", headers={"x-midspan-token": "t0k"})
    assert shown.status_code == 200
    (asked,) = proxy.server.asked
    assert asked.header("x-midspan-token") is None


@pytest.mark.parametrize("host", ["127.0.0.2", "::1", "localhost", "a.localhost"])
def test_names_of_this_machine(host: str) -> None:
    assert is_local(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "10.0.0.1", "localhost.example"])
def test_names_of_others(host: str) -> None:
    assert not is_local(host)
