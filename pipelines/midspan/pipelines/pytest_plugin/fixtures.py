"""What tests of a user's own hold the runs to."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from midspan.pipelines.pytest_plugin.options import SUITE, WORKSPACE

if TYPE_CHECKING:
    from midspan.pipelines.workspace import Workspace
    from midspan.scorers.comparison.gate_result import GateResult
    from midspan.scorers.run_view import Run

_PAGE: Final = 100
"""Columns of a gate's page in a failure message."""


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest) -> "tuple[Run, ...]":
    """The runs of the workspace, each with its calls, turns and answer."""
    from midspan.scorers.run_view import runs_of

    return tuple(runs_of(_workspace(request).tables()))


@pytest.fixture(scope="session")
def assert_gate(request: pytest.FixtureRequest) -> "Callable[..., GateResult]":
    """A function that fails the test unless the workspace passes the gate of a profile."""
    workspace = _workspace(request)

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


def _workspace(request: pytest.FixtureRequest) -> "Workspace":
    """Return the workspace; a test that needs one and has none fails, and is not left out."""
    from midspan.pipelines.workspace import Workspace

    config = request.config
    if config.getoption(SUITE) is not None:
        from midspan.pipelines.pytest_plugin.tasks import swept

        return swept(request.session).workspace
    path = config.getoption(WORKSPACE)
    if path is None:
        pytest.fail(
            f"needs the runs of a workspace: pytest {WORKSPACE} WS, or {SUITE} FILE", pytrace=False
        )
    return Workspace(path)


def _page(result: "GateResult") -> str:
    from rich.console import Console

    from midspan.dashboards.terminal.gate import gate_page

    console = Console(width=_PAGE, color_system=None, highlight=False)
    with console.capture() as printed:
        console.print(gate_page(result))
    return "\n".join(line.rstrip() for line in printed.get().splitlines())
