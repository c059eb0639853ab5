"""The runs of a workspace, each a test."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from midspan.pipelines.pytest_plugin.items import Failed, Item, node_id, unlike
from midspan.pipelines.pytest_plugin.options import MARK, WORKSPACE

if TYPE_CHECKING:
    from midspan.pipelines.comparison.run_verdicts import RunVerdict


class RunItem(Item):
    """One trial of one task."""

    def __init__(self, *, verdict: "RunVerdict", **rest: Any) -> None:
        """Keep what is known of the run."""
        super().__init__(**rest)
        self.verdict = verdict

    def runtest(self) -> None:
        """Fail where the run failed; skip it, with the reason, where that is not known."""
        if self.verdict.failed:
            raise Failed(self.verdict.message)
        if not self.verdict.judged:
            pytest.skip(self.verdict.message)


class RunsCollector(pytest.Collector):
    """The runs of one workspace."""

    def __init__(self, *, verdicts: "Sequence[RunVerdict]", **rest: Any) -> None:
        """Keep what is known of the runs."""
        super().__init__(**rest)
        self.verdicts = verdicts

    def collect(self) -> Iterator[RunItem]:
        """Yield an item for each run."""
        names = unlike([verdict.name for verdict in self.verdicts])
        for name, verdict in zip(names, self.verdicts, strict=True):
            nodeid = f"{self.nodeid}::{name}"
            item = RunItem.from_parent(self, name=name, nodeid=nodeid, verdict=verdict)
            item.add_marker(MARK)
            yield item


def runs_collector(session: pytest.Session) -> RunsCollector:
    """Return the collector of the workspace that is asked for."""
    path = session.config.getoption(WORKSPACE)
    where = Path(path).absolute()
    collector: RunsCollector = RunsCollector.from_parent(
        session,
        name=path,
        path=where,
        nodeid=node_id(session.config, where),
        verdicts=_verdicts(path),
    )
    return collector


def _verdicts(path: str) -> "Sequence[RunVerdict]":
    """Return what is known of the runs; where nothing is, no session may end well."""
    from midspan.pipelines.comparison.run_verdicts import run_verdicts
    from midspan.pipelines.workspace import Workspace
    from midspan.scorers.errors import MidspanError

    try:
        verdicts = run_verdicts(Workspace(path))
    except MidspanError as error:
        raise pytest.UsageError(f"{WORKSPACE} {path}: {error}") from error
    if not verdicts:
        raise pytest.UsageError(f"{WORKSPACE} {path}: the workspace holds no run")
    if not any(verdict.judged for verdict in verdicts):
        raise pytest.UsageError(
            f"{WORKSPACE} {path}: of none of {len(verdicts)} runs is it known whether it "
            "succeeded: no task has checks, or nothing ran"
        )
    return verdicts
