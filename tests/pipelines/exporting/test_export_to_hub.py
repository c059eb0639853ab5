"""`midspan export --format pi --to hf://datasets/...`, with the Hub's own client."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fake_hub import Account, FakeHub, Fault, Repository, fake_hub
from tests.support.otlp import RUN, Story
from tests.support.workspaces import ingested

DATA_SET = "hf://datasets/me/shop-runs"
SESSION = f"sessions/loop/{RUN}.jsonl"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[FakeHub]:
    with fake_hub(tmp_path / "hub") as made:
        yield made


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """One run in a workspace."""
    story = Story(task="price", model="small", harness="loop@1")
    with story.agent(output="39"):
        story.llm(text="39", input="How much?")
    return ingested(tmp_path, story.spans).path


def exported(
    hub: FakeHub, workspace: Path, *words: str, to: str = DATA_SET, **variables: str
) -> tuple[int, list[str], list[str]]:
    midspan = Path(sys.executable).with_name("midspan")
    done = subprocess.run(
        [midspan, "export", workspace, "--format", "pi", "--to", to, *words],
        env=hub.environment | variables,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def test_a_new_data_set_is_private_and_told_beforehand(hub: FakeHub, workspace: Path) -> None:
    code, out, said = exported(hub, workspace, "--yes")
    assert (code, out) == (0, [f"{hub.url}/datasets/me/shop-runs"])
    size = len(hub.repositories["datasets/me/shop-runs"].files[SESSION]) / 1024
    assert said == [
        f"to {DATA_SET} (new, private)",
        f"  {SESSION}",
        f"1 session, {size:.1f} KB: unscored 1",
        "secrets replaced: none found",
        "uploading",
        "1 run",
    ]
    made = hub.repositories["datasets/me/shop-runs"]
    assert (made.private, sorted(made.files)) == (True, ["README.md", SESSION])
    assert b"- agent-traces" in made.files["README.md"]


def test_nobody_said_yes(hub: FakeHub, workspace: Path) -> None:
    code, out, said = exported(hub, workspace)
    assert (code, out, said[0]) == (2, [], f"to {DATA_SET} (new, private)")
    assert said[-2:] == [
        "midspan export: nothing was uploaded: nobody was there to say yes",
        "Add --yes.",
    ]
    assert hub.repositories.stored == {}


def test_public_is_asked_for(hub: FakeHub, workspace: Path) -> None:
    code, _, said = exported(hub, workspace, "--yes", "--public")
    assert (code, said[0]) == (0, f"to {DATA_SET} (new, PUBLIC: everybody can read it)")
    assert hub.repositories["datasets/me/shop-runs"].private is False


@pytest.mark.parametrize(
    ("private", "words", "problem"),
    [
        (False, (), "me/shop-runs is public: everybody would read what the runs hold"),
        (True, ("--public",), "me/shop-runs is private, and stays so"),
    ],
)
def test_a_data_set_keeps_its_openness(
    hub: FakeHub, workspace: Path, private: bool, words: tuple[str, ...], problem: str
) -> None:
    hub.repositories.stored["datasets/me/shop-runs"] = Repository(private=private)
    code, _, said = exported(hub, workspace, "--yes", *words)
    assert (code, said[0]) == (2, f"midspan export: {problem}")
    assert hub.repositories["datasets/me/shop-runs"].files == {}


def test_a_folder_of_a_data_set_that_is_there(hub: FakeHub, workspace: Path) -> None:
    card = b"# Mine\n"
    made = Repository(private=True, files={"README.md": card})
    hub.repositories.stored["datasets/me/shop-runs"] = made
    code, _, said = exported(hub, workspace, "--yes", to=f"{DATA_SET}/may")
    assert (code, said[0]) == (0, f"to {DATA_SET}/may (private)")
    assert sorted(made.files) == ["README.md", f"may/{SESSION}"]
    assert made.files["README.md"] == card
    assert said[-3].startswith("the card of me/shop-runs stays as it is")


def test_the_card_is_of_all_sessions_of_a_data_set_in_whatever_folder(
    hub: FakeHub, workspace: Path
) -> None:
    assert exported(hub, workspace, "--yes", to=f"{DATA_SET}/may")[0] == 0
    assert exported(hub, workspace, "--yes", to=f"{DATA_SET}/june")[0] == 0
    made = hub.repositories["datasets/me/shop-runs"].files
    assert sorted(made) == ["README.md", f"june/{SESSION}", f"may/{SESSION}"]
    assert b'data_files: "**/sessions/**/*.jsonl"' in made["README.md"]
    assert b"Of the last export:" in made["README.md"]


def test_sessions_that_are_there_are_replaced_only_on_request(
    hub: FakeHub, workspace: Path
) -> None:
    made = Repository(private=True, files={SESSION: b"mine"})
    hub.repositories.stored["datasets/me/shop-runs"] = made
    code, _, said = exported(hub, workspace, "--yes")
    assert (code, made.files) == (2, {SESSION: b"mine"})
    assert said[-2:] == [
        f"midspan export: {DATA_SET} has {SESSION} already",
        "Name another place, or add --replace.",
    ]
    code, _, said = exported(hub, workspace, "--yes", "--replace")
    assert (code, said[2].endswith("; 1 replaced")) == (0, True)
    assert made.files[SESSION] != b"mine"


@pytest.mark.parametrize("token", ["hf_of_nobody", "hf_that_reads"])
def test_a_token_that_may_not_write(hub: FakeHub, workspace: Path, token: str) -> None:
    hub.accounts["hf_that_reads"] = Account(name="me", role="read")
    code, out, said = exported(hub, workspace, "--yes", HF_TOKEN=token)
    assert (code, out) == (4, [])
    fix = "The token needs write access to it: https://huggingface.co/settings/tokens"
    assert (said[-2].startswith(f"midspan export: {DATA_SET}: "), said[-1]) == (True, fix)


def test_no_token_at_all(hub: FakeHub, workspace: Path) -> None:
    code, _, said = exported(hub, workspace, "--yes", HF_TOKEN="")
    assert (code, said) == (
        4,
        [
            "midspan export: no token of the Hub was found",
            "Log in (hf auth login), or set HF_TOKEN.",
        ],
    )


def test_a_hub_that_stumbles_on_the_upload(hub: FakeHub, workspace: Path) -> None:
    hub.faults.add(Fault(on="POST .*/commit/.*", status=500, times=20))
    code, out, said = exported(hub, workspace, "--yes")
    assert (code, out) == (4, [])
    assert said[-1] == "Run the same command again; nothing was uploaded."


def test_a_hub_that_is_not_there(hub: FakeHub, workspace: Path) -> None:
    code, _, said = exported(hub, workspace, "--yes", HF_ENDPOINT="http://127.0.0.1:9")
    assert (code, said[-1]) == (4, "Is the Hub reachable from here?")
