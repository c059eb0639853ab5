"""What a command can rely on of its streams, whatever its caller did to them."""

import subprocess
import sys

import pytest

from midspan.instrumentation.streams import visible

MAIN = "import sys; from midspan.instrumentation.dispatch import main; sys.exit(main())"
MIDSPAN = f"{sys.executable} -c '{MAIN}'"


def shell(words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        ["bash", "-c", f'set -o pipefail; m() {{ {MIDSPAN} "$@"; }}; {words}'],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("m --help >&-", 0, ""),
        ("m --help | true", 0, ""),
        ("m --help > /dev/full", 4, "midspan: standard output: No space left on device\n"),
        ("m --help > /dev/full 2>&-", 4, ""),
        ("m nonsense 2>&-", 2, ""),
        ("m nonsense 2> /dev/full", 2, ""),
        ("m nonsense 2> >(true)", 2, ""),
        ("m table /nowhere runs 2>&-", 2, ""),
        ("m table /nowhere runs <&- >&- 2>&-", 2, ""),
    ],
)
def test_exit_code_says_the_same_whoever_reads(words: str, code: int, said: str) -> None:
    assert shell(words)[::2] == (code, said)


def test_file_that_is_opened_does_not_take_the_place_of_a_closed_stream() -> None:
    code = "import os; from midspan.instrumentation.streams import make_usable; make_usable(); "
    code += "print(os.open(os.devnull, os.O_RDONLY), file=open(3, 'w'))"
    done = subprocess.run(
        ["bash", "-c", f'exec 3>&1; {sys.executable} -c "$0" >&- 2>&- <&-', code],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, int(done.stdout) > 2) == (0, True)


@pytest.mark.parametrize(
    ("encoding", "printed"),
    [
        ("latin-1", "caf\udce9 \\u2026 \\ud83d\\ude00 \\udcff"),
        ("ascii", "caf\\u00e9 \\u2026 \\ud83d\\ude00 \\udcff"),
        ("ascii:replace", "caf? ? ? ?"),
    ],
)
def test_what_an_encoding_has_not_is_escaped(encoding: str, printed: str) -> None:
    code = (
        "from midspan.instrumentation.streams import make_usable; make_usable(); "
        "print('caf\\u00e9 \\u2026 \\U0001f600 \\udcff')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
    )
    shown = done.stdout.decode("utf-8", "surrogateescape")
    assert (shown, done.stderr) == (printed + "\n", b"")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, äöü\ttab\nline", "plain, äöü\ttab\nline"),
        ("\x1b[31mred\x07\r", "\\u001b[31mred\\u0007\\u000d"),
        ("\x9b2J", "\\u009b2J"),
        ("abc\u202etxt", "abc\\u202etxt"),
    ],
)
def test_nothing_visible_can_drive_a_terminal(text: str, shown: str) -> None:
    assert visible(text) == shown
