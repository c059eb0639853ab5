"""Runs of a workspace as pytest items: `pytest --midspan-workspace WS`.

Every pytest session of an environment imports this, so whatever is large is imported where it is
used. Without the option nothing happens.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from midspan.pipelines.told_outcomes import ToldOutcome
    from midspan.pipelines.workspace import Workspace
    from midspan.scorers.comparison.gate_result import GateResult
    from midspan.scorers.run_view import Run

OPTION: Final = "--midspan-workspace"
_PAGE: Final = 100
"""Columns of a gate's page in a failure message."""


class RunFailed(Exception):
    """A run that did not succeed; the message says why."""


class RunItem(pytest.Item):
    """One trial of one task."""

    def __init__(self, *, told: "ToldOutcome", **rest: Any) -> None:
        """Keep what is known of the run."""
        super().__init__(**rest)
        self.told = told

    def runtest(self) -> None:
        """Fail where the run failed; skip it, with the reason, where that is not known."""
        if self.told.failed:
            raise RunFailed(self.told.message)
        if not self.told.judged:
            pytest.skip(self.told.message)

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

    def collect(self) -> Iterator[RunItem]:
        """Yield an item for each run."""
        from midspan.pipelines.told_outcomes import told_outcomes

        told = told_outcomes(_workspace(self.config))
        if not any(each.judged for each in told):
            raise pytest.UsageError(
                f"{OPTION} {self.path}: of none of its {len(told)} runs is it known whether it "
                "succeeded: it is empty, or its tasks have no checks"
            )
        for name, each in zip(_names([each.name for each in told]), told, strict=True):
            nodeid = f"{self.nodeid}::{name}"
            yield RunItem.from_parent(self, name=name, nodeid=nodeid, told=each)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option."""
    group = parser.getgroup("midspan", "runs of agents")
    group.addoption(OPTION, metavar="WS", help="make each run of this workspace a test")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the runs, before `-k` and its like choose among the items."""
    path = config.getoption(OPTION)
    if path is None:
        return
    from midspan.scorers.errors import MidspanError

    where = Path(path).absolute()
    collector = RunsCollector.from_parent(session, name=path, path=where, nodeid=path)
    try:
        items.extend(collector.collect())
    except MidspanError as error:
        raise pytest.UsageError(f"{OPTION} {path}: {error}") from error


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
        from midspan.pipelines.files import load_profile
        from midspan.pipelines.gate import gate_workspaces
        from midspan.pipelines.workspace import Workspace
        from midspan.scorers.errors import Exit

        __tracebackhide__ = True
        workspaces = [workspace] if against is None else [Workspace(against), workspace]
        result = gate_workspaces(
            workspaces,
            load_profile(Path(profile)),
            by=by,
            baseline=baseline,
            floors_only=floors_only,
        )
        if result.exit != Exit.DONE:
            pytest.fail(f"the gate: {result.verdict}\n{_page(result)}", pytrace=False)
        return result

    return check


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
