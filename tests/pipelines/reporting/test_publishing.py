from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import HfApi

from midspan.dashboards.report.page import GENERATOR
from midspan.pipelines.reporting.publishing import push_space, write_folder
from midspan.pipelines.reporting.report import Report
from midspan.scorers.errors import InvalidInput, SurroundingsError
from tests.support.fake_hub import FakeHub, fake_hub
from tests.support.fake_hub.hub import TOKEN

PAGE = f'<meta name="generator" content="{GENERATOR}">'


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    with fake_hub(tmp_path / "hub") as running:
        yield running


def made(number: int = 0) -> Report:
    return Report(page=PAGE, beside={f"index-files/steps-{number:04}.js": "a"}, runs=1)


def push(hub: FakeHub, *, number: int = 0, public: bool = False, token: str = TOKEN) -> str:
    api = HfApi(endpoint=hub.url, token=token)
    pushed = push_space(
        made(number),
        "me/shop",
        title='My "shop":\nsdk: docker',
        about="Runs.",
        public=public,
        api=api,
    )
    assert pushed.private is not public
    return pushed.url


def test_a_folder_is_a_site_that_github_need_not_build(tmp_path: Path) -> None:
    write_folder(made(), tmp_path / "site")
    assert sorted(path.name for path in (tmp_path / "site").iterdir()) == [
        ".nojekyll",
        "index-files",
        "index.html",
    ]


def test_a_space_is_static_and_private(hub: FakeHub) -> None:
    assert push(hub) == f"{hub.url}/spaces/me/shop"
    space = hub.repositories["spaces/me/shop"]
    assert (space.private, space.sdk) == (True, "static")
    assert sorted(name for name in space.files if name != ".gitattributes") == [
        ".nojekyll",
        "README.md",
        "index-files/steps-0000.js",
        "index.html",
    ]
    head = space.files["README.md"].decode().split("---")[1].splitlines()
    assert 'title: "My \\"shop\\":\\nsdk: docker"' in head
    assert [line for line in head if line.startswith("sdk:")] == ["sdk: static"]


def test_a_space_is_written_anew_without_what_it_held(hub: FakeHub) -> None:
    push(hub, number=3)
    push(hub, number=4)
    files = hub.repositories["spaces/me/shop"].files
    assert [name for name in files if name.startswith("index-files/")] == [
        "index-files/steps-0004.js"
    ]


def test_who_may_read_a_space_is_never_changed_by_the_way(hub: FakeHub) -> None:
    push(hub, public=True)
    assert hub.repositories["spaces/me/shop"].private is False
    with pytest.raises(InvalidInput, match="is public: everybody would read what the runs hold"):
        push(hub)


def test_a_space_that_is_a_program_is_left_as_it_is(hub: FakeHub) -> None:
    HfApi(endpoint=hub.url, token=TOKEN).create_repo(
        "me/shop", repo_type="space", space_sdk="gradio", private=True
    )
    with pytest.raises(InvalidInput, match="is a Space of gradio"):
        push(hub)
    assert hub.repositories["spaces/me/shop"].files == {}


def test_one_who_may_not_write_there_is_told_so(hub: FakeHub) -> None:
    with pytest.raises(SurroundingsError, match=r"^me/shop: ") as refused:
        push(hub, token="hf_of_nobody")
    assert (
        refused.value.fix
        == "The token needs write access to it: https://huggingface.co/settings/tokens"
    )


def test_a_hub_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    api = HfApi(endpoint="http://127.0.0.1:9", token=TOKEN)
    with pytest.raises(SurroundingsError, match=r"^me/shop: ") as refused:
        push_space(made(), "me/shop", title="t", about="a", public=False, api=api)
    assert refused.value.fix == "Is the Hub reachable from here?"


def test_without_a_token_nothing_is_pushed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "none"))
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SurroundingsError, match="no token of the Hub was found"):
        push_space(made(), "me/shop", title="t", about="a", public=False)


@pytest.mark.parametrize("name", ["shop", "a/b/c", "/shop", "me/", " me/shop"])
def test_a_space_has_an_owner_and_a_name(name: str) -> None:
    with pytest.raises(InvalidInput, match="names no Space"):
        push_space(made(), name, title="t", about="a", public=False, api=HfApi())
