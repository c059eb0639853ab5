"""A Phoenix that cannot be used at all: it is said before anything is sent."""

from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.exchange import Patience
from midspan.pipelines.publish.manifest import PUBLISHED, Manifest
from midspan.pipelines.publish.phoenix import publish
from midspan.pipelines.publish.report import Published
from midspan.pipelines.publish.target import Target
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import SurroundingsError
from tests.support.reverse_proxy import proxied
from tests.support.shop_runs import shop


def published(
    workspace: Workspace,
    url: str,
    asked: Asked | None = None,
    *,
    patience: Patience | None = None,
    **target: Any,
) -> Published:
    there = Target(server="phoenix", url=url, patience=patience or Patience(), **target)
    return publish(workspace, there, asked or Asked(), manifest=Manifest(workspace.path))


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((401, "Invalid token"), "asks for a token (HTTP 401)"),
        ((403, "no"), "asks for a token (HTTP 403)"),
        ((500, "boom"), "no Phoenix answers at"),
        ((200, '{"data": [], "next_cursor": null}'), "it does not say its version"),
    ],
)
def test_a_server_that_cannot_be_used_is_an_error_that_says_so(
    servers: Any, tmp_path: Path, answer: tuple[int, str], told: str
) -> None:
    workspace = shop(tmp_path, experiment="phx-unusable", number=0xC17)

    with (
        proxied(servers.phoenix, lambda _method, _path: answer) as proxy,
        pytest.raises(SurroundingsError) as caught,
    ):
        published(workspace, proxy.url)

    assert told in str(caught.value)
    assert not (workspace.path / PUBLISHED).exists()


def test_a_server_that_is_too_old_is_told(servers: Any, tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="phx-old", number=0xC19)

    def rule(_method: str, path: str) -> tuple[int, str] | None:
        return (200, "11.38.0") if path == "/arize_phoenix_version" else None

    with (
        proxied(servers.phoenix, rule) as proxy,
        pytest.raises(SurroundingsError, match=r"Phoenix 11\.38\.0 at .* is too old; 20\.0"),
    ):
        published(workspace, proxy.url)


def test_a_server_that_is_not_there_is_named_with_what_starts_it(tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="phx-absent", number=0xC18)

    with pytest.raises(SurroundingsError, match="phoenix does not answer at") as caught:
        published(workspace, "http://127.0.0.1:9")

    assert caught.value.fix is not None
    assert "midspan up phoenix" in caught.value.fix
