"""What is published where: a server that runs are read from has their spans."""

import pytest

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.target import Target
from midspan.pipelines.watch.publisher.asked import asked_at


@pytest.mark.parametrize(
    ("source", "url", "only"),
    [
        ("phoenix+http://127.0.0.1:6006/shop", "http://127.0.0.1:6006/", {"scores"}),
        ("phoenix+https://host/root/shop", "https://host:443/root", {"scores"}),
        ("phoenix+http://127.0.0.1:6006/shop", "http://127.0.0.1:6007", {"spans", "scores"}),
        ("/data/spool", "http://127.0.0.1:6006", {"spans", "scores"}),
        (None, "http://127.0.0.1:6006", {"spans", "scores"}),
    ],
)
def test_to_the_server_that_runs_are_read_from_only_scores_go(
    source: str | None, url: str, only: set[str]
) -> None:
    both = Asked(only=frozenset({"spans", "scores"}))

    found = asked_at(Target(server="phoenix", url=url), both, source)

    assert found.only == only
    assert found.project == ("shop" if only == {"scores"} else None)
    assert asked_at(Target(server="mlflow", url=url), both, source) == both
