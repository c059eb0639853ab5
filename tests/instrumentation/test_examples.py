"""The documentation says what is true: its examples run, its table of variables is complete."""

import doctest
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from midspan.instrumentation import Capture, environment
from midspan.instrumentation.run_context import VARIABLES

PAGE = (Path(__file__).parents[2] / "docs" / "instrument.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```.*?```text\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("module", ["context", "handlers.agent", "handlers.llm", "handlers.tool"])
def test_examples_of_docstrings(module: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(f"midspan.instrumentation.{module}"))
    assert (failed, tried > 0) == (0, True)


@pytest.mark.parametrize("number", range(4))
def test_examples_of_the_page(number: int, tmp_path: Path) -> None:
    code, shown = BLOCKS[number]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    files = tmp_path.glob("runs/*.jsonl")
    spooled = [line for path in files for line in path.read_text().splitlines()]
    requests = [json.loads(line)["resourceSpans"][0]["scopeSpans"][0] for line in spooled]
    names = "".join(request["spans"][0]["name"] + "\n" for request in requests)
    assert done.stdout + names == shown


def test_every_python_block_of_the_page_is_run() -> None:
    assert len(BLOCKS) == PAGE.count("```python") == 4


def test_table_has_every_variable_that_is_read() -> None:
    capture = Capture(emails=True, patterns={"a": "b"}, untouched=("a",), leave_out=("b",))
    read = {*VARIABLES.values(), *capture.environment()}
    read |= {environment.SPOOL, environment.STATUS_OK, environment.FSYNC}
    listed = set(re.findall(r"^\| `(MIDSPAN_\w+)`", PAGE, re.MULTILINE))
    assert listed == read
    assert f"| `{environment.CAPTURE_CONTENT}`" in PAGE
