"""What `midspan demo` prints at its end: the runs, a comparison of them, and what to type next."""

from pathlib import Path

import polars as pl

from midspan.dashboards.comparison_words import shared_tasks
from midspan.dashboards.terminal import findings, legend, overview
from midspan.dashboards.terminal.comparison import comparison_summary
from midspan.pipelines.cli import console
from midspan.pipelines.comparison.aggregates import aggregate
from midspan.pipelines.comparison.compare import compare_workspaces
from midspan.pipelines.files import load_profile
from midspan.pipelines.workspace import Workspace


def show_runs(workspace: Workspace) -> None:
    """Print the variants side by side, and what went wrong most."""
    screen = console.output()
    variants = aggregate(workspace, "variants")
    console.show_whole(overview(variants))
    screen.print(legend(variants), style="dim")
    screen.print()
    screen.print(
        findings(
            workspace.table("runs").collect(),
            workspace.table("calls").collect(),
            workspace.table("scores").collect(),
        )
    )


def show_comparison(workspace: Workspace, profile: Path) -> None:
    """Print whether the second revision of the tools is better: one score is, one cannot be."""
    found = compare_workspaces([workspace], by="revision", profile=load_profile(profile))
    screen = console.output()
    screen.print()
    screen.print("Are v2's tools better?", style="bold", end="")
    screen.print(f" On {shared_tasks(found)}, each model against itself:")
    screen.print(comparison_summary(found, screen.width))
    screen.print("As planted: v2's errors say how to go on; a run's first call has seen none.")


def show_next(workspace: Workspace, profile: Path) -> None:
    """Print what to type next."""
    path, screen = workspace.path, console.output()
    screen.print()
    for title, text in (
        ("All of it, to look at:", f"{path.parent / 'report.html'} (open it in a browser)"),
        ("One run, told:", f"midspan score {path} --explain {telling_run(workspace)}"),
        ("v2 against v1:", f"midspan compare {path} --by revision \\"),
        ("", f"    --profile {profile}"),
        ("May v2 go in?", f"midspan gate {path} --by revision \\"),
        ("", f"    --profile {profile}"),
        ("All of the calls:", f"midspan table {path} calls"),
        ("Scored as they come:", f"midspan watch {path.parent / 'spool'} --into live --once"),
        ("What the words mean:", "docs/faults.md, docs/scores.md, docs/compare.md"),
    ):
        screen.print(f"{title:24}{text}", markup=False, soft_wrap=True)


def show_sent(workspace: Path) -> None:
    """Print how to send it again."""
    title = "After more runs:"
    console.output().print(f"{title:24}midspan publish {workspace}", markup=False, soft_wrap=True)


def telling_run(workspace: Workspace) -> str:
    """Return the start of the id of the run whose failures were met in the most different ways."""
    per_run = (
        workspace.table("scores")
        .filter(pl.col("name") == "response")
        .group_by("run_id")
        .agg(ways=pl.col("label").n_unique(), steps=pl.len())
        .sort("ways", "steps", "run_id", descending=[True, False, False])
    )
    return str(per_run.select(pl.col("run_id").str.head(8)).first().collect().item())
