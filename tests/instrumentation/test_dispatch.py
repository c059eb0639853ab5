import re
import subprocess
import sys

import pytest

from midspan.instrumentation import dispatch

BLOCKED = """
import sys


class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("click", "polars"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Blocker())
"""


def midspan(*words: str, before: str = "", after: str = "") -> subprocess.CompletedProcess[str]:
    code = (
        f"{before}\nimport sys\nfrom midspan.instrumentation.dispatch import main\n"
        f"code = main({list(words)!r})\n{after}\nsys.exit(code)"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"], []])
def test_help_lists_every_verb_and_loads_nothing_heavy(words: list[str]) -> None:
    heavy = ["polars", "mlflow", "huggingface_hub", "click", "rich", "opentelemetry.sdk"]
    done = midspan(*words, after=f"assert not [m for m in {heavy} if m in sys.modules]")
    assert (done.returncode, done.stderr) == (0, "")
    commands = done.stdout.split("Commands:\n")[1].split("\n\n")[0]
    listed = [line.split()[0] for line in commands.splitlines()]
    assert listed == list(dispatch.VERBS)
    assert "130 interrupted" in done.stdout


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch.main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("midspan 0.")


def test_unknown_verb_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch.main(["scroe"]) == 2
    assert capsys.readouterr().err == "midspan: no such command: scroe. Did you mean score?\n"


def test_unknown_verb_near_to_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch.main(["xyzzy"]) == 2
    assert capsys.readouterr().err == "midspan: no such command: xyzzy; see midspan --help\n"


def test_verb_of_an_extra_that_is_missing_says_how_to_install_it() -> None:
    done = midspan("score", "spans.jsonl", before=BLOCKED)
    assert (done.returncode, done.stdout) == (4, "")
    needs, fix = done.stderr.splitlines()
    assert re.fullmatch(
        r"midspan score needs the `pipelines` extra \((click|polars) is not installed\)\.", needs
    )
    assert fix == "Install it with: pip install 'midspan[pipelines]'"


def test_tracing_an_agent_needs_no_extra() -> None:
    done = midspan("trace", "--list", before=BLOCKED)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout != ""


def test_missing_extra_shows_the_traceback_with_debug() -> None:
    done = midspan("--debug", "score", before=BLOCKED)
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback (most recent call last):\n")


def test_an_interruption_while_a_command_is_imported_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("midspan.instrumentation.dispatch.importlib.import_module", interrupted)
    assert dispatch.main(["score", "shop"]) == 130
    assert capsys.readouterr().err == "interrupted; run the same command again to resume\n"
