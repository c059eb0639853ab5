"""What `midspan compare --json` gives, to hold beside what a page shows."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl
import pytest
from click.testing import CliRunner

from midspan.pipelines.cli.compare import command
from midspan.pipelines.workspace import Workspace
from midspan.scorers.comparison.declared import POOLED
from tests.support.workspaces import put

TABLES: Final = ("runs", "spans", "text", "calls", "scores")
CURVE: Final = re.compile("pass_(at|hat)_")
Shown = Mapping[str, Mapping[str, tuple[float, float | None, float | None]]]


def only(workspace: Workspace, path: Path, which: pl.Expr) -> Workspace:
    """Return a workspace with some of the runs alone."""
    kept = workspace.table("runs").collect().filter(which)["run_id"].implode()
    found = Workspace.create(path)
    for name in TABLES:
        put(found, name, workspace.table(name).collect().filter(pl.col("run_id").is_in(kept)))
    return found


def result(workspace: Workspace, axis: str, *options: str) -> dict[str, Any]:
    said = CliRunner().invoke(
        command, [str(workspace.path), "--by", axis, "--json", *options], standalone_mode=False
    )
    if said.exception is not None:
        raise said.exception
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def compared(workspace: Workspace, axis: str, *options: str) -> Shown:
    """Return value, low and high by score and side, as `midspan compare --json` gives them."""
    return {
        score["name"]: {
            figure["side"]: tuple(figure["estimate"][end] for end in ("value", "low", "high"))
            for figure in score["figures"]
            if figure["estimate"] is not None
        }
        for score in result(workspace, axis, *options)["scores"]
    }


def assert_alike(shown: Shown, expected: Shown, *, filtered: bool = False) -> None:
    known = {name for name, of_sides in expected.items() if of_sides and not CURVE.match(name)}
    assert known <= shown.keys()
    for name, of_sides in shown.items():
        assert of_sides.keys() == expected.get(name, {}).keys(), name
        for side, (value, low, high) in of_sides.items():
            exact, lowest, highest = expected[name][side]
            assert value == pytest.approx(exact, abs=1e-9), (name, side)
            drawn_anew = name in POOLED or name.endswith("_per_success")
            if not (filtered and drawn_anew):
                assert (low, high) == pytest.approx((lowest, highest), abs=1e-9), (name, side)
