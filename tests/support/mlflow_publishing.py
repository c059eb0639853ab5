"""Publishing to an MLflow, as `midspan publish` does it."""

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.exchange import Patience
from midspan.pipelines.publish.manifest import Manifest
from midspan.pipelines.publish.mlflow import publish
from midspan.pipelines.publish.report import Published
from midspan.pipelines.publish.target import Target
from midspan.pipelines.workspace import Workspace
from tests.support.shop_runs import trace_of

QUICK = Patience(deadline=3, first_wait=0.01, longest_wait=0.1)


def published(
    workspace: Workspace,
    url: str,
    asked: Asked | None = None,
    *,
    again: bool = False,
    patience: Patience = QUICK,
) -> Published:
    """Return what became of it; `again` believes nothing of the workspace's list."""
    target = Target(server="mlflow", url=url, patience=patience)
    manifest = Manifest(workspace.path, again=again)
    return publish(workspace, target, asked or Asked(), manifest=manifest)


def trace(number: int, place: int) -> str:
    """Return MLflow's id of a trace of the shop's runs."""
    return f"tr-{trace_of(number, place):032x}"
