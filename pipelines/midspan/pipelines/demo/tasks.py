"""The folder of the demo: its suite, and all that the suite names."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from midspan.pipelines.demo.repository import make_repository
from midspan.pipelines.files import load_suite
from midspan.scorers.errors import InvalidInput
from midspan.scorers.suite import Suite

SUITE: Final = Path(__file__).with_name("suite.yaml")
"""The one place where tasks, checks and matrix stand."""

PORT: Final = 8123
"""Where the scripted models are by the suite, unless somebody else is there."""

TOOLS: Final = "tools"
"""The repository of the tools, beside the suite."""

NAMED: Final = ("profile.yaml", "files")
"""What else stands beside the suite."""


def demo_suite() -> Suite:
    """Return the suite of the demo."""
    return load_suite(SUITE)


def lay_out(directory: Path, *, port: int = PORT) -> Path:
    """Return the suite in a directory, after it and all that it names were put there."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in NAMED:
        source = SUITE.with_name(name)
        if source.is_dir():
            shutil.copytree(source, directory / name)
        else:
            shutil.copyfile(source, directory / name)
    make_repository(directory / TOOLS)
    suite = directory / SUITE.name
    text = SUITE.read_text(encoding="utf-8")
    suite.write_text(text.replace(f":{PORT}/", f":{port}/"), encoding="utf-8")
    return suite


def require_tasks(suite: Suite, names: Sequence[str]) -> None:
    """Raise where the suite has no task of such a name."""
    for name in names:
        if suite.task(name) is None:
            known = ", ".join(task.id for task in suite.tasks)
            raise InvalidInput(f"{SUITE.name} has no task {name!r}", fix=f"Tasks: {known}")
