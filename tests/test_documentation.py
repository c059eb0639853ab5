"""The documentation says what the program does: commands exist, outputs are real, examples run."""

import importlib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from midspan.instrumentation.dispatch import VERBS
from midspan.pipelines.cli.boundary import run as run_command

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
SHOWN = re.compile(
    r"<!-- (?P<command>(?:midspan|pytest) .+?)(?: \(exit (?P<code>\d)\))? -->\n"
    r"```text\n(?P<output>.*?)```",
    re.DOTALL,
)
LASTED = re.compile(r"in \d+\.\d+s")
PYTHON = re.compile(r"```python\n(?P<code>.*?)```", re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)#:]+)(?:#[^)]*)?\)")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory in which the demo ran."""
    directory = tmp_path_factory.mktemp("readme")
    midspan(directory, "demo", "--no-servers")
    return directory


def midspan(directory: Path, *words: str, code: int = 0) -> str:
    """What a command prints on a terminal of 80 columns."""
    return printed(directory, str(Path(sys.executable).with_name("midspan")), *words, code=code)


def printed(directory: Path, *words: str, code: int) -> str:
    """What any program prints that ends with this exit code, less how long it took."""
    environment = {**os.environ, "COLUMNS": "80", "PYTEST_ADDOPTS": "-p no:cacheprovider"}
    done = subprocess.run(words, cwd=directory, env=environment, capture_output=True, text=True)
    assert done.returncode == code, done.stderr
    return LASTED.sub("in 0.1s", done.stdout)


def shown_outputs() -> list[tuple[str, str, int, str]]:
    return [
        (page.name, match["command"], int(match["code"] or 0), match["output"])
        for page in PAGES
        for match in SHOWN.finditer(page.read_text())
    ]


@pytest.mark.parametrize(("page", "command", "code", "output"), shown_outputs())
def test_the_output_in_the_documentation_is_what_is_printed(
    demo: Path, page: str, command: str, code: int, output: str
) -> None:
    """The exit code too: `(exit 1)` stands behind a command that is to end so."""
    program, *words = shlex.split(command)
    if program == "pytest":
        found = printed(demo, sys.executable, "-m", program, *words, code=code)
    else:
        found = midspan(demo, *words, code=code)
    shown = LASTED.sub("in 0.1s", output)
    assert [line.rstrip() for line in found.splitlines()] == shown.splitlines()


def test_the_readme_shows_the_demo() -> None:
    assert "midspan demo --no-servers" in [command for _, command, *_ in shown_outputs()]


@pytest.mark.parametrize("page", ["compare", "divergence", "failures", "gate", "pytest"])
def test_pages_about_verdicts_show_real_ones(page: str) -> None:
    assert f"{page}.md" in [name for name, *_ in shown_outputs()]


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_is_documented_with_an_example(verb: str) -> None:
    commands = (ROOT / "docs" / "commands.md").read_text()
    section = commands.partition(f"\n## midspan {verb}\n")[2].partition("\n## ")[0]
    examples = re.findall(r"```console\n(.*?)```", section, re.DOTALL)
    assert any(f"midspan {verb}" in example for example in examples)


@pytest.mark.parametrize("verb", VERBS)
def test_every_command_helps_with_an_example(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    command = importlib.import_module(VERBS[verb].module).command
    assert isinstance(command, click.Command)
    assert run_command(command, verb, ["--help"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"Usage: midspan {verb}")
    assert "Example:" in printed
    assert f"midspan {verb}" in printed.partition("Example:")[2]


def python_examples() -> list[tuple[str, str]]:
    return [
        (f"{page.name}-{number}", match["code"])
        for page in PAGES
        for number, match in enumerate(PYTHON.finditer(page.read_text()))
    ]


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in python_examples()])
def test_python_examples_run(code: str, tmp_path: Path, demo: Path) -> None:
    """They run beside a workspace `shop` and the files of `midspan init`."""
    midspan(tmp_path, "init")
    (tmp_path / "shop").symlink_to(demo / "midspan-demo" / "workspace")
    script = tmp_path / "example.py"
    script.write_text(code)
    done = subprocess.run(
        [sys.executable, "-W", "error", str(script)], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    targets = [match["target"] for match in LINK.finditer(page.read_text())]
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    assert [
        page.name
        for page in PAGES[1:]
        if f"({page.name})" not in index and page.name != "README.md"
    ] == []
