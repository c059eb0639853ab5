"""Runs of a workspace as pytest items: `pytest --midspan-workspace WS`.

Every pytest session of an environment imports this, so whatever is large is imported where it is
used. Without the option nothing happens.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from midspan.pipelines.comparison.run_verdicts import RunVerdict
    from midspan.pipelines.workspace import Workspace
    from midspan.scorers.comparison.gate_result import GateResult
    from midspan.scorers.run_view import Run

OPTION: Final = "--midspan-workspace"
MARK: Final = "midspan"
_PAGE: Final = 100
"""Columns of a gate's page in a failure message."""


class RunFailed(Exception):
    """A run that did not succeed; the message says why."""


class RunItem(pytest.Item):
    """One trial of one task."""

    def __init__(self, *, verdict: "RunVerdict", **rest: Any) -> None:
        """Keep what is known of the run."""
        super().__init__(**rest)
        self.verdict = verdict

    def runtest(self) -> None:
        """Fail where the run failed; skip it, with the reason, where that is not known."""
        if self.verdict.failed:
            raise RunFailed(self.verdict.message)
        if not self.verdict.judged:
            pytest.skip(self.verdict.message)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return why the run failed, without a traceback through this plug-in."""
        if isinstance(excinfo.value, RunFailed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        """Return where the run stands: the workspace, and the name of the item."""
        return self.path, None, self.name


class RunsCollector(pytest.Collector):
    """The runs of one workspace."""

    def __init__(self, *, verdicts: "Sequence[RunVerdict]", **rest: Any) -> None:
        """Keep what is known of the runs."""
        super().__init__(**rest)
        self.verdicts = verdicts

    def collect(self) -> Iterator[RunItem]:
        """Yield an item for each run."""
        names = _names([verdict.name for verdict in self.verdicts])
        for name, verdict in zip(names, self.verdicts, strict=True):
            nodeid = f"{self.nodeid}::{name}"
            item = RunItem.from_parent(self, name=name, nodeid=nodeid, verdict=verdict)
            item.add_marker(MARK)
            yield item


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    group = parser.getgroup("midspan", "runs of agents")
    group.addoption(OPTION, metavar="WS", help="make each run of this workspace a test")


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark by which runs are chosen, or left out."""
    config.addinivalue_line("markers", f"{MARK}: a run of the workspace of {OPTION}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the runs, before `-k` and its like choose among the items."""
    path = config.getoption(OPTION)
    if path is None:
        return
    where = Path(path).absolute()
    # Ids of items are relative to the root; pytest shows them as seen from where it was called.
    nodeid = os.path.relpath(where, config.rootpath).replace(os.sep, "/")
    collector = RunsCollector.from_parent(
        session, name=path, path=where, nodeid=nodeid, verdicts=_verdicts(config)
    )
    # As pytest asks its own collectors: then the items are in its count of what was collected.
    report = session.ihook.pytest_make_collect_report(collector=collector)
    session.ihook.pytest_collectreport(report=report)
    items.extend(report.result)


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest) -> "tuple[Run, ...]":
    """The runs of the workspace, each with its calls, turns and answer."""
    from midspan.scorers.run_view import runs_of

    return tuple(runs_of(_workspace(request.config).tables()))


@pytest.fixture(scope="session")
def assert_gate(request: pytest.FixtureRequest) -> "Callable[..., GateResult]":
    """A function that fails the test unless the workspace passes the gate of a profile."""
    workspace = _workspace(request.config)

    def check(
        profile: Path | str,
        *,
        against: Path | str | None = None,
        by: str | None = None,
        baseline: str | None = None,
        floors_only: bool = False,
    ) -> "GateResult":
        """Return how the gate came out, where it is passed; `against` is the baseline's runs."""
        from midspan.pipelines.comparison.gate import gate_workspaces
        from midspan.pipelines.files import load_profile
        from midspan.pipelines.workspace import Workspace
        from midspan.scorers.errors import Exit, MidspanError

        __tracebackhide__ = True
        try:
            result = gate_workspaces(
                [workspace] if against is None else [Workspace(against), workspace],
                load_profile(Path(profile)),
                by=by,
                baseline=baseline,
                floors_only=floors_only,
            )
        except MidspanError as error:
            pytest.fail(f"the gate could not be evaluated: {error}", pytrace=False)
        if result.exit != Exit.DONE:
            pytest.fail(f"the gate: {result.verdict}\n{_page(result)}", pytrace=False)
        return result

    return check


def _verdicts(config: pytest.Config) -> "Sequence[RunVerdict]":
    """Return what is known of the runs; where nothing is, no session may end well."""
    from midspan.pipelines.comparison.run_verdicts import run_verdicts
    from midspan.scorers.errors import MidspanError

    path = config.getoption(OPTION)
    try:
        verdicts = run_verdicts(_workspace(config))
    except MidspanError as error:
        raise pytest.UsageError(f"{OPTION} {path}: {error}") from error
    if not verdicts:
        raise pytest.UsageError(f"{OPTION} {path}: the workspace holds no run")
    if not any(verdict.judged for verdict in verdicts):
        raise pytest.UsageError(
            f"{OPTION} {path}: of none of {len(verdicts)} runs is it known whether it succeeded: "
            "no task has checks, or nothing ran"
        )
    return verdicts


def _workspace(config: pytest.Config) -> "Workspace":
    """Return the workspace; a test that needs one and has none fails, and is not left out."""
    from midspan.pipelines.workspace import Workspace

    path = config.getoption(OPTION)
    if path is None:
        pytest.fail(f"needs the runs of a workspace: pytest {OPTION} WS", pytrace=False)
    return Workspace(path)


def _names(names: Sequence[str]) -> Iterator[str]:
    """Yield names of which no two are the same: the second run of a kind is numbered."""
    seen: Counter[str] = Counter()
    for name in names:
        seen[name] += 1
        yield name if seen[name] == 1 else f"{name}#{seen[name]}"


def _page(result: "GateResult") -> str:
    from rich.console import Console

    from midspan.dashboards.terminal.gate import gate_page

    console = Console(width=_PAGE, color_system=None, highlight=False)
    with console.capture() as printed:
        console.print(gate_page(result))
    return "\n".join(line.rstrip() for line in printed.get().splitlines())
