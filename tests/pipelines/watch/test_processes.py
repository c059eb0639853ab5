"""The processes of a watch, and what each is started with."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.watch.processes import (
    PUBLISHER,
    SCORER,
    TAIL,
    processes_of,
    publisher_settings,
    scorer_settings,
    tail_settings,
)
from midspan.pipelines.watch.publisher import PublisherSettings
from midspan.pipelines.watch.receiver import ReceiverSettings
from midspan.pipelines.watch.scorer import ScorerSettings
from midspan.pipelines.watch.settings import WatchSettings
from midspan.pipelines.watch.shared_settings import SharedSettings
from midspan.pipelines.watch.tails import TailSettings

ALIKE: dict[str, Any] = {
    "workspace": Path("shop"),
    "state": Path("state"),
    "suite": Path("suite.yaml"),
    "profile": Path("profile.yaml"),
}
GIVEN = WatchSettings(
    **ALIKE,
    source="phoenix+http://127.0.0.1:6006/shop",
    receiver=ReceiverSettings(largest_backlog=7),
    phoenix="http://127.0.0.1:6006",
    mlflow="http://127.0.0.1:5000",
    ca=Path("ca.pem"),
    quiet=1.5,
    timeout=15.0,
    workers=3,
)


def test_each_process_is_told_what_the_watch_was() -> None:
    assert tail_settings(GIVEN, once=True) == TailSettings(
        **ALIKE,
        source="phoenix+http://127.0.0.1:6006/shop",
        published=True,
        quiet=1.5,
        timeout=15.0,
        largest_backlog=7,
        once=True,
    )
    assert scorer_settings(GIVEN, finish=True) == ScorerSettings(
        **ALIKE,
        published=True,
        quiet=1.5,
        timeout=15.0,
        workers=3,
        finish=True,
    )
    assert publisher_settings(GIVEN, finish=True) == PublisherSettings(
        **ALIKE,
        phoenix="http://127.0.0.1:6006",
        mlflow="http://127.0.0.1:5000",
        ca=Path("ca.pem"),
        source="phoenix+http://127.0.0.1:6006/shop",
        finish=True,
    )


@pytest.mark.parametrize(
    ("source", "phoenix", "modules"),
    [
        (None, None, {"scorer": SCORER}),
        (None, "http://127.0.0.1:6006", {"scorer": SCORER, "publisher": PUBLISHER}),
        ("/data/spool", None, {"tail": TAIL}),
        ("phoenix+http://127.0.0.1:6006/shop", None, {"tail": TAIL, "scorer": SCORER}),
    ],
)
def test_a_watch_consists_of_what_its_source_and_servers_need(
    source: str | None, phoenix: str | None, modules: dict[str, str]
) -> None:
    settings = WatchSettings(
        workspace=Path("shop"), state=Path("state"), source=source, phoenix=phoenix
    )

    found = processes_of(settings)

    assert {name: module for name, (module, _) in found.items()} == modules
    assert {given.state for _, given in found.values()} == {Path("state")}


@pytest.mark.parametrize("kind", [WatchSettings, TailSettings, ScorerSettings, PublisherSettings])
def test_what_they_have_alike_is_declared_once(kind: type[SharedSettings]) -> None:
    alike = {each.name for each in fields(SharedSettings)}
    assert alike == ALIKE.keys()
    assert alike.isdisjoint(kind.__annotations__)
