"""Scoring by other processes or machines, and of workspaces that are not on this disk."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from midspan.pipelines.cli import console
from midspan.pipelines.ingest.sources.remote import is_remote
from midspan.pipelines.workspace import SETTINGS
from midspan.scorers.errors import InvalidInput

if TYPE_CHECKING:
    from midspan.pipelines.engines import Executor
    from midspan.pipelines.scoring.score import ScoringSummary

_OF_THIS_MACHINE: Final = "file://"


def place(text: str) -> Path | str:
    """Return a path, or an address as it is; a workspace at `file://` is one of this machine."""
    if text.startswith(_OF_THIS_MACHINE):
        path = Path(unquote(urlsplit(text).path))
        return path if (path / SETTINGS).is_file() else text
    return text if is_remote(text) else Path(text)


def is_workspace_elsewhere(places: Sequence[Path | str]) -> bool:
    """Return whether what was named is one workspace at an address."""
    from midspan.pipelines.scoring.at_address import is_workspace

    return len(places) == 1 and isinstance(places[0], str) and is_workspace(places[0])


@contextmanager
def executor_for(engine: str, address: str | None, workers: int) -> Iterator["Executor"]:
    """Give where partitions are scored; one alone is scored in this process."""
    from midspan.pipelines.engines import RayWorkers, Workers

    if engine != "ray" and address is not None:
        raise InvalidInput("--address names a Ray cluster", fix="Add: --engine ray")
    chosen = RayWorkers(address) if engine == "ray" else Workers(workers, apart=workers > 1)
    # Ray says on stdout what it sees of its workers, which belongs beside the rows.
    with chosen as executor, redirect_stdout(sys.stderr):
        yield executor


def score_elsewhere(
    url: str,
    executor: "Executor",
    *,
    suite: Path | None,
    profile: Path | None,
    expectations: Path | None,
    only: Sequence[str],
    compat: Sequence[str],
) -> "ScoringSummary":
    """Return the summary once a workspace at an address is scored."""
    from midspan.pipelines.files import load_setting
    from midspan.pipelines.scoring.at_address import score_address
    from midspan.pipelines.scoring.judged_by import files_judged_by

    with console.progress() as progress:
        return score_address(
            url,
            setting=load_setting(suite=suite, profile=profile, expectations=expectations),
            only=only,
            compat=compat,
            files=files_judged_by(Path(url), suite=suite, profile=profile),
            progress=progress,
            executor=executor,
        )
