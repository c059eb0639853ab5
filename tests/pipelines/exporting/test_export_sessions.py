"""`midspan export --format pi`: what lands in a folder, and what is refused."""

from pathlib import Path

import pytest

from midspan.pipelines.cli.boundary import run
from midspan.pipelines.cli.export import command
from tests.support.otlp import RUN, Story
from tests.support.workspaces import ingested

KEY = "hf_abcdefghijklmnop1234"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """One run that was told a key, in a workspace."""
    story = Story(task="price|x", model="small", harness="loop@1")
    with story.agent(output="39"):
        story.llm(text="39", input=f"How much? {KEY}")
    return ingested(tmp_path, story.spans).path


def exported(
    workspace: Path, capfd: pytest.CaptureFixture[str], *words: str
) -> tuple[int, str, list[str]]:
    code = run(command, "export", [str(workspace), "--format", "pi", *words])
    printed = capfd.readouterr()
    return code, printed.out, printed.err.splitlines()


def test_a_folder_with_sessions_and_a_card(
    workspace: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    to = tmp_path / "shop runs"
    assert exported(workspace, capfd, "--to", str(to)) == (
        0,
        f"{to}\n",
        ["1 run", "replaced: key 1"],
    )
    session = to / "sessions" / "loop" / f"{RUN}.jsonl"
    assert sorted(path for path in to.rglob("*") if path.is_file()) == [to / "README.md", session]
    assert KEY not in session.read_text(encoding="utf-8")
    card = (to / "README.md").read_text(encoding="utf-8").splitlines()
    assert card[:11] == [
        "---",
        'pretty_name: "shop runs"',
        "tags:",
        "- traces",
        "- agent-traces",
        "configs:",
        "- config_name: default",
        '  data_files: "**/sessions/**/*.jsonl"',
        "---",
        "",
        "# shop runs",
    ]
    assert "| unscored | 1 |" in card
    assert r"| price\|x | small | loop\@1 | 1 |" in card
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_what_is_there_is_replaced_only_on_request(
    workspace: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    to = tmp_path / "out"
    exported(workspace, capfd, "--to", str(to))
    session = to / "sessions" / "loop" / f"{RUN}.jsonl"
    session.write_text("mine")
    code, out, said = exported(workspace, capfd, "--to", str(to))
    assert (code, out, session.read_text()) == (2, "", "mine")
    assert said == [
        f"midspan export: {to} has sessions/loop/{RUN}.jsonl already",
        "Name another place, or add --replace.",
    ]
    assert exported(workspace, capfd, "--to", str(to), "--replace")[0] == 0
    assert session.read_text() != "mine"


def test_a_card_that_somebody_wrote_stays(
    workspace: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    card = tmp_path / "out" / "README.md"
    card.parent.mkdir()
    card.write_text("# Mine\n")
    code, _, said = exported(workspace, capfd, "--to", str(card.parent))
    assert (code, card.read_text()) == (0, "# Mine\n")
    assert said[0] == (
        f"{card} stays as it is; for the Hub's viewer it needs the tags traces, agent-traces"
    )


def test_only_runs_that_ended_so(
    workspace: Path, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, out, said = exported(workspace, capfd, "--failures", "--to", str(tmp_path / "out"))
    told = f"no run ended so; how they ended: midspan failures {workspace}"
    assert (code, out, said) == (2, "", ["0 runs", told])
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ((), "where to?"),
        (("--to", "x", "--out", "y"), "sessions are several files"),
        (("--to", "x", "--public"), "x is a folder on this machine"),
        (("--to", "s3://b/x"), "s3://b/x: no place to export to"),
        (("--to", "hf://buckets/me/x"), "hf://buckets/me/x: names no data set"),
        (("--to", "hf://datasets/me"), "hf://datasets/me: names no data set"),
        (("--to", "hf://datasets/me/x/../y"), "hf://datasets/me/x/../y: names no data set"),
        (("--to", "x", "--format", "chat", "--failures"), "--to is for sessions"),
        (("--public", "--format", "chat", "--failures"), "--public is for sessions"),
        (("--from-spans", "--format", "chat", "--failures"), "--from-spans is for sessions"),
    ],
)
def test_what_cannot_be(
    workspace: Path, capfd: pytest.CaptureFixture[str], words: tuple[str, ...], problem: str
) -> None:
    code, out, said = exported(workspace, capfd, *words)
    assert (code, out, said[0]) == (2, "", f"midspan export: {problem}")
    assert len(said) == 2
