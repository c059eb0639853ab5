"""The tools of midspan's own agents."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.agents.shell import LONGEST_OUTPUT, run_shell
from midspan.pipelines.agents.workbench import LONGEST_FILE, ToolError, Workbench


def refused(directory: Path, name: str, arguments: object) -> str:
    with pytest.raises(ToolError) as error:
        Workbench(directory).call(name, arguments)
    return str(error.value)


def call(directory: Path, name: str, **arguments: Any) -> str:
    return Workbench(directory).call(name, arguments)


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("grep", {}, "there is no tool 'grep'; the tools are bash, read, write, edit"),
        ("content", {"path": "a"}, "there is no tool 'content'"),
        ("bash", ["ls"], "the arguments of bash must be a JSON object"),
        ("bash", {}, "bash: 'command' is missing (its arguments are command, timeout)"),
        ("bash", {"command": 3}, "'command' must be of type string"),
        ("bash", {"command": "ls", "timeout": True}, "'timeout' must be of type integer"),
        ("bash", {"command": "ls", "timeout": 0}, "timeout must be 1 to 1800 seconds, not 0"),
        ("bash", {"command": "ls", "cwd": "/"}, "there is no 'cwd'"),
        ("bash", {"command": "a\0b"}, "the command cannot be started: embedded null byte"),
        ("read", {"path": "a\0b"}, "cannot read a\0b: embedded null byte"),
        ("read", {"path": "."}, "cannot read .: Is a directory"),
        ("write", {"path": ".", "content": ""}, ". is no file"),
        ("write", {"path": "a", "content": "\ud83d"}, "cannot write a: 'utf-8' codec can't"),
    ],
)
def test_what_cannot_be_done_is_told(
    name: str, arguments: object, told: str, tmp_path: Path
) -> None:
    assert told in refused(tmp_path, name, arguments)


def test_what_is_optional_may_be_null(tmp_path: Path) -> None:
    assert call(tmp_path, "bash", command="echo 39", timeout=None) == "39\n"


class TestRead:
    """Files and parts of them."""

    def test_lines(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("one\ntwo\u2028still two\nthree")
        assert call(tmp_path, "read", path="a.txt", offset=2, limit=1) == "two\u2028still two\n"
        assert call(tmp_path, "read", path="a.txt", offset=3) == "three"
        told = refused(tmp_path, "read", {"path": "a.txt", "offset": 4})
        assert told == "a.txt has 3 lines; offset 4 is behind its end"
        told = refused(tmp_path, "read", {"path": "a.txt", "offset": 0})
        assert told == "offset and limit count from 1"

    def test_an_absolute_path(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("")
        assert call(tmp_path / "x", "read", path=str(tmp_path / "a.txt")) == "(the file is empty)"

    def test_a_long_file_goes_on_where_it_was_cut(self, tmp_path: Path) -> None:
        lines = [f"{number:09}\n" for number in range(LONGEST_FILE // 10 + 5)]
        (tmp_path / "long.txt").write_text("".join(lines))
        first = call(tmp_path, "read", path="long.txt")
        assert first.endswith("\n[cut; go on with offset 5001]")
        rest = call(tmp_path, "read", path="long.txt", offset=5001)
        assert first.replace("[cut; go on with offset 5001]", "") + rest == "".join(lines)

    def test_a_long_line_cannot_be_gone_on_with(self, tmp_path: Path) -> None:
        (tmp_path / "line.json").write_text("x" * (LONGEST_FILE + 1))
        told = call(tmp_path, "read", path="line.json")
        assert told.endswith("\n[cut: line 1 is longer than this; use bash]")

    def test_what_is_no_text(self, tmp_path: Path) -> None:
        (tmp_path / "a.bin").write_bytes(b"\x7fELF\0\0")
        os.mkfifo(tmp_path / "pipe")
        assert refused(tmp_path, "read", {"path": "a.bin"}) == "a.bin is no text"
        assert refused(tmp_path, "read", {"path": "pipe"}) == "pipe is no file"


class TestEdit:
    """One passage replaced by another."""

    def test_all_else_stays_as_it_is(self, tmp_path: Path) -> None:
        file = tmp_path / "a.txt"
        file.write_bytes(b"caf\xe9 = 1\r\nprice = 39\r\n")
        told = call(tmp_path, "edit", path="a.txt", old_text="39", new_text="35.88 \u20ac")
        assert told == "Replaced one passage of a.txt"
        assert file.read_bytes() == b"caf\xe9 = 1\r\nprice = 35.88 \xe2\x82\xac\r\n"

    @pytest.mark.parametrize(
        ("old", "told"),
        [
            ("b", "old_text does not occur in a.txt; it must match exactly"),
            ("a", "old_text occurs 2 times in a.txt; add lines around it"),
            ("", "old_text is empty: nothing says where new_text belongs"),
        ],
    )
    def test_the_passage_has_to_be_one(self, old: str, told: str, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("a a")
        arguments = {"path": "a.txt", "old_text": old, "new_text": "c"}
        assert refused(tmp_path, "edit", arguments) == told
        assert (tmp_path / "a.txt").read_text() == "a a"


class TestBash:
    """Commands and their bounds."""

    def test_both_streams_and_the_code(self, tmp_path: Path) -> None:
        command = "echo out; echo err >&2; exit 3"
        told = refused(tmp_path, "bash", {"command": command})
        assert told == "out\nerr\n\nCommand exited with code 3"
        assert call(tmp_path, "bash", command="true") == "(no output)"
        told = refused(tmp_path, "bash", {"command": "kill -TERM $$"})
        assert told == "Command was ended by signal 15"

    def test_its_time_is_up(self, tmp_path: Path) -> None:
        told = refused(tmp_path, "bash", {"command": "echo begun; sleep 60", "timeout": 1})
        assert told == "begun\n\nCommand timed out after 1 seconds and was ended"

    def test_a_chatty_command_is_cut_in_the_middle(self, tmp_path: Path) -> None:
        ended = run_shell(
            "echo first; head -c 10000000 /dev/zero | tr '\\0' x; echo last",
            directory=str(tmp_path),
            seconds=60,
        )
        assert ended.exit_code == 0
        assert ended.output.startswith("first\nxxx")
        assert ended.output.endswith("xxxlast\n")
        assert "\n[... 9970011 bytes are left out ...]\n" in ended.output
        assert len(ended.output) < LONGEST_OUTPUT + 100

    def test_nothing_is_left_running_and_nobody_waits_for_it(self, tmp_path: Path) -> None:
        command = "sleep 300 & echo $! > pid; echo begun"
        assert call(tmp_path, "bash", command=command) == "begun\n"
        pid = int((tmp_path / "pid").read_text())
        deadline = time.monotonic() + 20
        while _alive(pid) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not _alive(pid)


def _alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
