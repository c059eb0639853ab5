"""Reports as files, with the program as it was built."""

from pathlib import Path

from midspan.pipelines.reporting.bundle import bundle
from midspan.pipelines.reporting.report import IN_PAGE, report
from midspan.pipelines.reporting.writing import folder_of, write
from midspan.pipelines.workspace import Workspace
from tests.support.reported import found, shops
from tests.support.shop_runs import shop_spans
from tests.support.workspaces import ingested


def written(workspace: Workspace, file: Path, *, in_page: int = IN_PAGE) -> Path:
    """Write the report of a workspace, and return its page."""
    write(report(found(workspace), bundle(), folder=folder_of(file), in_page=in_page), file)
    return file


def sweep(directory: Path, *, runs: int) -> Workspace:
    """Return a workspace of so many runs: none, one of no plan, or a sweep of eight or more."""
    if runs == 0:
        return Workspace.create(directory / "ws")
    if runs == 1:
        workspace = ingested(directory, shop_spans(experiment="shop", number=1)[:5])
        workspace.score()
        return workspace
    return shops(directory, runs=runs)
