"""What pytest calls: the options, the mark, and the items that the options ask for."""

from typing import TYPE_CHECKING

import pytest

from midspan.pipelines.pytest_plugin.options import (
    ALL,
    ANY,
    INTO,
    MARK,
    PASS_RATE,
    SUITE,
    WORKSPACE,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("midspan", "runs of agents")
    group.addoption(WORKSPACE, metavar="WS", help="make each run of this workspace a test")
    group.addoption(
        SUITE,
        metavar="FILE",
        help="make each task of this suite a test for each variant, and run what has not run yet",
    )
    group.addoption(
        INTO, metavar="DIR", help=f"where the runs of {SUITE} stand (sweeps/<experiment>)"
    )
    group.addoption(
        PASS_RATE,
        metavar="SHARE",
        type=_share,
        default=ALL,
        help=f"share of a task's trials that have to succeed: 0.8, or '{ANY}' for one ({ALL:g})",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Name the mark by which runs are chosen, or left out; refuse what cannot be."""
    if config.getoption(SUITE) is not None and config.getoption("dist", "no") != "no":
        raise pytest.UsageError(
            f"{SUITE} runs its agents side by side by itself (`launch.concurrency`): leave out -n"
        )
    config.addinivalue_line("markers", f"{MARK}: a run of {WORKSPACE}, or a task of {SUITE}")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Add the runs or tasks, before `-k` and its like choose among the items."""
    workspace, suite = config.getoption(WORKSPACE), config.getoption(SUITE)
    if workspace is not None and suite is not None:
        raise pytest.UsageError(f"{WORKSPACE} and {SUITE}: give one of them")
    if suite is None and config.getoption(INTO) is not None:
        raise pytest.UsageError(f"{INTO} is the place of a sweep: add {SUITE} FILE")
    if workspace is not None:
        from midspan.pipelines.pytest_plugin.runs import runs_collector

        items.extend(_collected(session, runs_collector(session)))
    if suite is not None:
        from midspan.pipelines.pytest_plugin.tasks import tasks_collector

        items.extend(_collected(session, tasks_collector(session)))


def _collected(session: pytest.Session, collector: pytest.Collector) -> "Sequence[pytest.Item]":
    """Return what is collected as pytest asks its own collectors: then its count has it, too."""
    report = session.ihook.pytest_make_collect_report(collector=collector)
    session.ihook.pytest_collectreport(report=report)
    found: Sequence[pytest.Item] = report.result
    return found


def _share(text: str) -> float:
    """Return the share that an option names; `any` is as little as one trial."""
    share = 0.0 if text == ANY else float(text)
    if not 0 <= share <= 1:
        raise ValueError(text)
    return share
