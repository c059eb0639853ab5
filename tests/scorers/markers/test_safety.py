"""A profile and a trace may come from anybody: neither runs code, and none takes for ever."""

import subprocess
import sys
from pathlib import Path

from tests.scorers.markers.acting import called, fired, ran


def test_markers_run_and_import_nothing_that_profile_or_trace_name(tmp_path: Path) -> None:
    (tmp_path / "named_module.py").write_text("raise SystemExit('imported')")
    watch = f"""
import sys
sys.path[:0] = [{str(tmp_path)!r}, {str(Path(__file__).parents[3])!r}]
from midspan.scorers.markers import Markers
from midspan.scorers.markers.examples import contradictions
from tests.scorers.markers.acting import acted, called, profile, ran
import ast, json, polars
CODE = "import named_module; __import__('os').system('touch {tmp_path}/ran')"
setting = profile(
    p="{{python: {{imports: named_module}}, fires_on: ['import named_module']}}",
    c="{{command: {{program: touch}}, fires_on: ['touch {tmp_path}/ran']}}",
    w="{{writes: '**', fires_on: ['echo hi > {tmp_path}/ran']}}",
)
seen = []
sys.addaudithook(lambda event, args: seen.append((event, args[:1])))
assert contradictions(setting) == []
rows = Markers().score(acted(
    setting, ran("touch {tmp_path}/ran"), ran("echo $(touch {tmp_path}/ran) > {tmp_path}/ran"),
    called("python", code=CODE), called("write", path="{tmp_path}/ran", content=CODE),
)).collect()
assert rows.height > 3, rows
assert "named_module" not in sys.modules
started = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork",
           "socket.connect")
assert not [event for event, _ in seen if event in started], seen
assert not [args for event, args in seen if event == "import" and "named_module" in str(args)]
print("clean")
"""
    done = subprocess.run(
        [sys.executable, "-c", watch], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("clean\n", "")
    assert not (tmp_path / "ran").exists()


def test_a_command_of_ten_megabytes_is_looked_at_from_its_beginning() -> None:
    body = "{command: {program: git}}"
    assert fired(body, ran("git log; " + "a " * 5_000_000)) == [("s0", "git log")]
    assert fired(body, ran("a " * 5_000_000 + "; git log")) == []


def test_what_follows_a_long_heredoc_is_seen() -> None:
    text = "x = 1  # " + "y" * 90 + "\n"
    command = f"cat > a.py <<'EOF'\n{text * 1_000}EOF\ngit log"
    assert fired("{command: {program: git}}", ran(command)) == [("s0", "git log")]


def test_patterns_are_of_a_linear_engine() -> None:
    slow = "{result: {regex: '(a+)+$'}}"
    assert fired(slow, called("f", result="a" * 100_000 + "!")) == []
    argument = "{tool: f, arguments: {/x: {regex: '(a+)+$'}}}"
    assert fired(argument, called("f", x="a" * 100_000 + "!")) == []
    glob = "{command: {program: '*a*a*a*a*a*a*a*a*b'}}"
    assert fired(glob, ran("a" * 15_000 + "c")) == []


def test_deeply_nested_arguments_are_no_arguments() -> None:
    deep = {"name": "bash", "arguments": '{"command":' + "[" * 100_000}
    assert fired("{command: {program: '*'}}", deep) == []
    assert fired("{tool: bash, arguments: {/command: 1}}", deep) == []
