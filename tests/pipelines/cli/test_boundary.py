"""What goes wrong becomes one clear message and an exit code; a traceback only when asked for."""

import subprocess
import sys
import warnings

import click
import pytest

from midspan.pipelines.cli.boundary import run
from midspan.scorers.errors import InvalidInput, SurroundingsError


def ends(error: BaseException | int | None) -> click.Command:
    @click.command()
    def command() -> int | None:
        if isinstance(error, BaseException):
            raise error
        return error

    return command


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (None, 0, ""),
        (3, 3, ""),
        (InvalidInput("x: bad", fix="Mend it."), 2, "midspan try: x: bad\nMend it.\n"),
        (SurroundingsError("no server"), 4, "midspan try: no server\n"),
        (
            PermissionError(13, "Permission denied", "/x"),
            4,
            "midspan try: /x: Permission denied\nSee who may read and write it: ls -ld /x\n",
        ),
        (OSError("no such device"), 4, "midspan try: no such device\n--debug shows where.\n"),
        (InvalidInput("\x1b[2Jx: bad"), 2, "midspan try: \\u001b[2Jx: bad\n"),
        (KeyboardInterrupt(), 130, "interrupted; run the same command again to resume\n"),
        (click.UsageError("wrong"), 2, "Usage: midspan try [OPTIONS]\n"),
        (
            ZeroDivisionError("division by zero"),
            2,
            "midspan try: unexpected ZeroDivisionError: division by zero\n"
            "This is a fault of midspan or of a plug-in; --debug shows where.\n",
        ),
    ],
)
def test_exit_codes_and_messages(
    capsys: pytest.CaptureFixture[str],
    error: BaseException | int | None,
    code: int,
    message: str,
) -> None:
    assert run(ends(error), "try", []) == code
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.lstrip().startswith(message)
    assert "Traceback" not in written.err
    if not message:
        assert written.err == ""


@pytest.mark.parametrize("how", ["flag", "variable"])
def test_debug_shows_the_traceback_and_ends_the_same_way(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "variable":
        monkeypatch.setenv("MIDSPAN_DEBUG", "1")
    arguments = ["--debug"] if how == "flag" else []
    assert run(ends(InvalidInput("x: bad")), "try", arguments) == 2
    written = capsys.readouterr().err
    assert written.startswith("Traceback (most recent call last)")
    assert written.endswith("midspan try: x: bad\n")


def test_help_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(ends(None), "try", ["--help"]) == 0
    assert capsys.readouterr().out.startswith("Usage: midspan try [OPTIONS]")


def test_debug_after_two_dashes_belongs_to_the_command() -> None:
    seen: list[str] = []

    @click.command()
    @click.argument("words", nargs=-1)
    def command(words: tuple[str, ...]) -> None:
        seen.extend(words)

    assert run(command, "try", ["--debug", "--", "agent", "--debug"]) == 0
    assert seen == ["agent", "--debug"]


@pytest.mark.parametrize("how", ["click.echo('a row')", "console.output().print('a row')"])
def test_a_reader_that_goes_away_is_no_error(how: str) -> None:
    code = (
        "import sys, click\n"
        "from midspan.pipelines.cli import console\n"
        "from midspan.pipelines.cli.boundary import run\n"
        "@click.command()\n"
        "def command():\n"
        f"    while True: {how}\n"
        "sys.exit(run(command, 'try', []))\n"
    )
    piped = f'set -o pipefail; {sys.executable} -c "$0" | head -1'
    done = subprocess.run(["bash", "-c", piped, code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "a row\n", "")


def test_a_pipe_that_breaks_elsewhere_is_not_a_reader_that_left() -> None:
    code = (
        "import sys, click\n"
        "from midspan.pipelines.cli.boundary import run\n"
        "@click.command()\n"
        "def command(): raise BrokenPipeError(32, 'Broken pipe', '/a/worker')\n"
        "sys.exit(run(command, 'try', []))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        4,
        "midspan try: /a/worker: Broken pipe",
    )


def test_a_doubt_is_said_once_and_before_what_goes_wrong(
    capsys: pytest.CaptureFixture[str],
) -> None:
    @click.command()
    def command() -> None:
        for _ in range(2):
            warnings.warn("p.yaml: a doubt\n\x1b[2J", stacklevel=1)
        raise InvalidInput("x: bad")

    assert run(command, "try", []) == 2
    assert capsys.readouterr().err == "p.yaml: a doubt \\u001b[2J\nmidspan try: x: bad\n"
