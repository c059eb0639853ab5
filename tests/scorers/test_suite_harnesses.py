"""What a suite says of its harnesses."""

import pytest

from midspan.scorers.file_format import InvalidFile
from midspan.scorers.suite import CommandHarness, Harness, PythonHarness, SmolagentsHarness, Suite
from midspan.scorers.suite.harness import AnswerFile

HEAD = "suite: s\ncontract: 1\ntasks: [{id: t, prompt: p}]\n"


def harness(text: str, target: str = "") -> Harness:
    return Suite.parse(f"{HEAD}harnesses: {{h: {text}}}\n{target}").harnesses["h"]


def test_commands() -> None:
    assert harness("{kind: command, argv: [a, '{sessions}']}") == CommandHarness(
        kind="command", argv=("a", "{sessions}"), answer="last_line", from_target=False
    )
    told = harness("{kind: command, argv: [a], answer: {file: o/a.txt}, files: [a.py, lib/]}")
    assert isinstance(told, CommandHarness)
    assert told.answer == AnswerFile(file="o/a.txt")
    assert told.files == ("a.py", "lib/")


def test_interpreters() -> None:
    theirs = harness("{kind: smolagents, python: target}", "target: {repository: r}")
    assert theirs == SmolagentsHarness(kind="smolagents", python="target")
    assert harness("{kind: python, function: 'a:b', warm: true}") == PythonHarness(
        kind="python", function="a:b", warm=True
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "{kind: pi, instrument: auto}",
            "instrument: pi is recorded by the proxy alone: there is no instrumentation for it",
        ),
        (
            "{kind: command, argv: ['{sesions}']}",
            "argv[0]: unknown placeholder {sesions}. Did you mean {sessions}?",
        ),
        (
            "{kind: command, argv: [a], answer: lastline}",
            "answer: 'lastline' is not one of last_line, stdout. Did you mean 'last_line'?",
        ),
        (
            "{kind: command, argv: [a], answer: 3}",
            "answer: must be text or a mapping, not the number 3",
        ),
        (
            "{kind: command, argv: [a], answer: {file: ../a}}",
            "answer.file: '../a' must be a path inside the run's directory",
        ),
        (
            "{kind: smolagents, python: venv/bin/python}",
            "python: 'venv/bin/python' is no interpreter: name an absolute path, or `target`",
        ),
        (
            "{kind: python, function: 'a:b', python: target}",
            "python: there is no `target` whose interpreter to take",
        ),
        (
            "{kind: command, argv: [a], from_target: true}",
            "from_target: there is no `target` to bring the program",
        ),
        ("{kind: command, argv: [a], files: [/etc]}", "files[0]: '/etc' must be a path inside"),
    ],
)
def test_mistakes_are_told(text: str, problem: str) -> None:
    with pytest.raises(InvalidFile) as refused:
        harness(text)
    assert f"suite.yaml:4: harnesses.h.{problem}" in str(refused.value)
