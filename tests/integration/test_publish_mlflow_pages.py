"""What people see in MLflow: a browser loads the pages that `publish` links to."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import Manifest
from midspan.pipelines.publish.mlflow import publish
from midspan.pipelines.publish.target import Target
from tests.support.browser import page
from tests.support.shop_runs import shop


def test_every_row_of_the_comparison_is_a_pair(servers: Any, tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="pages-pairs", number=0xE11)
    target = Target(server="mlflow", url=servers.mlflow)
    report = publish(workspace, target, Asked(), manifest=Manifest(workspace.path))
    [url] = [link.url for link in report.links if "compareToRunUuid" in link.url]

    html = page(url, tmp_path / "browser", until="refund#1 · ")

    rows = Counter(re.findall(r">((?:price|refund)#\d · What about the \w+\?)<", html))
    assert rows == {
        f"{task}#{trial} · What about the {task}?": 2
        for task in ("price", "refund")
        for trial in (0, 1)
    }
    assert ">null<" not in html


def test_a_trace_shows_its_scores(servers: Any, tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="pages-trace", number=0xE12)
    target = Target(server="mlflow", url=servers.mlflow)
    report = publish(workspace, target, Asked(), manifest=Manifest(workspace.path))
    [url] = [link.url for link in report.links if "selectedEvaluationId" in link.url]

    html = page(url, tmp_path / "browser", until="step.call_ok")

    assert "execute_tool lookup" in html
    assert "step.call_ok" in html
