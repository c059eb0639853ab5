"""Annotation configs: how Phoenix is to show each score, made before the scores come."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

import polars as pl

from midspan.dashboards.phoenix import annotation_config, is_shown, with_values
from midspan.pipelines.publish.exchange import ServerError, told
from midspan.pipelines.publish.phoenix.api import Gone, Phoenix
from midspan.pipelines.publish.rows import no_name
from midspan.pipelines.workspace import Workspace
from midspan.scorers.comparison.declared import declared
from midspan.scorers.score import Declaration

PATH: Final = "/v1/annotation_configs"
PAGE: Final = 100


class Configs:
    """Sees to it that each project has the configs of the scores that go there."""

    def __init__(self, phoenix: Phoenix, wanted: Mapping[str, Mapping[str, Any]]) -> None:
        self._phoenix = phoenix
        self._wanted = wanted
        self._ids: dict[str, str] | None = None
        self._assigned: dict[str, set[str]] = {}
        self.refused: dict[str, str] = {}
        """Why Phoenix does not take a config, by the name of the score."""

    def ensure(self, project: str, names: Iterable[str]) -> None:
        """Have the project know these scores; what people set there stays as they set it."""
        if self._ids is None:
            self._ids = self._made()
        if project not in self._assigned:
            rows = self._phoenix.pages(f"/v1/projects/{project}/annotation_configs", limit=PAGE)
            self._assigned[project] = {row["id"] for row in rows}
        for name in names:
            number = self._ids.get(name)
            if number is not None and number not in self._assigned[project]:
                self._phoenix.send("PUT", f"/v1/projects/{project}/annotation_configs/{number}")
                self._assigned[project].add(number)

    def _made(self) -> dict[str, str]:
        """Return the ids of the configs by name, all that are wanted among them."""
        there = {row["name"]: row for row in self._phoenix.pages(PATH, limit=PAGE)}
        for name, config in self._wanted.items():
            try:
                if name not in there:
                    there[name] = self._created(config)
                elif more := _more(there[name], config):
                    number = more.pop("id")
                    self._phoenix.send("PUT", f"{PATH}/{number}", more)
            except Gone:
                raise
            except ServerError as error:  # of one score: the others are shown as they should be
                self.refused[name] = str(error)
        return {name: row["id"] for name, row in there.items()}

    def _created(self, config: Mapping[str, Any]) -> Any:
        answer = self._phoenix.ask("POST", PATH, json=config)
        if answer.status_code == HTTPStatus.CONFLICT:  # somebody else made it just now
            return self._phoenix.get(f"{PATH}/{config['name']}")["data"]
        return told(answer, "data")["data"]


def _more(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a config with the labels it lacks; None where there is nothing to add to it."""
    if not there["type"] == wanted["type"] == "CATEGORICAL":
        return None
    return with_values(there, wanted["values"])


def configs_of(workspace: Workspace, known: Mapping[str, Declaration]) -> dict[str, dict[str, Any]]:
    """Return the config of every score that the workspace holds and Phoenix is to show."""
    rows = (
        workspace.table("scores")
        .filter(pl.col("status") == "ok", pl.col("source") != "human", ~no_name())
        .group_by("name", "label")
        .agg(value=pl.col("value").first(), values=pl.col("value").n_unique())
        .sort("name", "label")
        .collect()
    )
    labels: dict[str, dict[str, float | None]] = {}
    for name, label, value, values in rows.iter_rows():
        of_name = labels.setdefault(name, {})
        if label is not None:
            of_name[label] = value if values == 1 else None
    return {
        name: annotation_config(what, of_name)
        for name, of_name in labels.items()
        if is_shown(what := declared(name, known))
    }
