"""`midspan demo`: the whole chain on this machine, from agent to table to servers."""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from midspan.scorers.errors import Exit, InvalidInput

if TYPE_CHECKING:
    from midspan.pipelines.publish.otlp import Report, Step
    from midspan.pipelines.workspace import Workspace

MARK: Final = ".midspan-demo"
"""Stands in a directory that the demo made, and so may make anew."""

MADE: Final = ("workspace", "spool", "runs")
"""What the demo makes in its directory, and replaces."""

RUNS: Final = 144


@click.command()
@click.option(
    "--into",
    "directory",
    type=click.Path(path_type=Path),
    default=Path("midspan-demo"),
    show_default=True,
    help="Where spool, runs and workspace go; those of an earlier demo there are replaced.",
)
@click.option("--no-servers", is_flag=True, help="Leave Phoenix and MLflow out.")
def command(directory: Path, no_servers: bool) -> Exit:
    """Run 144 small agent runs, score them, and show them in Phoenix and MLflow.

    A scripted model server, real HTTP, real tools: 2 revisions of the tools x 3 models x 12 tasks
    x 2 trials. Needs no model and no key.

    The servers are installed on first use: about 320 MB to download, once, and 1.5 GB on disk.
    After that, and with --no-servers, no network is needed. Where one server fails to start, the
    spans go to the other; exit code 4.

    \b
    Example:
      midspan demo
      midspan demo --no-servers --into /tmp/demo
    """
    from midspan.pipelines.cli import console

    prepare(directory)
    workspace = directory / "workspace"
    with console.told(f"running {RUNS} agents"):
        _run(directory)
    with console.told("reading and scoring their spans"):
        whole = _ingest_and_score(directory / "spool", workspace)
    _show(workspace)
    sent = Exit.DONE if no_servers else _send(directory / "spool")
    return sent if whole or sent != Exit.DONE else Exit.IN_PART


def prepare(directory: Path) -> None:
    """Make the directory, without what an earlier demo has left in it; anything else stays."""
    if directory.is_symlink() and not directory.exists():
        raise InvalidInput(
            f"{directory} is a link to {os.readlink(directory)}, which is not there",
            fix=f"Make the folder that it names, or remove the link: rm {directory}",
        )
    if directory.exists() and not directory.is_dir():
        raise InvalidInput(
            f"{directory} is not a folder", fix="Name another directory with --into."
        )
    mark = directory / MARK
    if directory.exists() and any(directory.iterdir()) and not mark.is_file():
        raise InvalidInput(
            f"{directory} is not empty, and no demo made it",
            fix="Name another directory with --into.",
        )
    directory.mkdir(parents=True, exist_ok=True)
    # Before anything is made or removed: what is interrupted can then be done again.
    mark.touch()
    for name in MADE:
        made = directory / name
        if made.is_symlink() or made.is_file():
            made.unlink()
        elif made.exists():
            shutil.rmtree(made)


def _run(directory: Path) -> None:
    from midspan.pipelines.cli import console
    from midspan.pipelines.demo import run_demo

    done = 0

    def one_more(*_: object) -> None:
        nonlocal done
        done += 1
        progress("running agents", done, RUNS)

    with console.progress() as progress:
        run_demo(directory, progress=one_more)


def _ingest_and_score(spool: Path, workspace: Path) -> bool:
    """Return whether every span was kept and every scorer came through; what was not is said."""
    from midspan.pipelines.cli import console
    from midspan.pipelines.demo import SUITE
    from midspan.pipelines.files import load_setting
    from midspan.pipelines.ingest.ingest import ingest
    from midspan.pipelines.scoring import score_workspace
    from midspan.pipelines.workspace import Workspace

    with console.progress() as progress:
        read = ingest([spool], workspace, progress=progress)
        scored = score_workspace(
            Workspace(workspace), setting=load_setting(suite=SUITE), progress=progress
        )
    notes = console.notes()
    if read.quarantined:
        notes.print(f"{read.quarantined:,} spans quarantined: midspan table {workspace} quarantine")
    for name, reason in scored.failed.items():
        console.note(f"scorer {name} failed: {reason}")
    return not read.quarantined and not scored.failed


def _show(path: Path) -> None:
    from midspan.dashboards.terminal import findings, legend, overview
    from midspan.pipelines.aggregates import aggregate
    from midspan.pipelines.cli import console
    from midspan.pipelines.workspace import Workspace

    workspace = Workspace(path)
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
    screen.print()
    for title, text in (
        ("One run, told:", f"midspan score {path} --explain {_telling_run(workspace)}"),
        ("Are v2's tools better?", f"midspan compare {path} --by revision"),
        ("All of the calls:", f"midspan table {path} calls"),
        ("What the words mean:", "docs/faults.md, docs/scores.md"),
    ):
        screen.print(f"{title:24}{text}", markup=False, soft_wrap=True)


def _telling_run(workspace: "Workspace") -> str:
    """Return the start of the id of the run whose failures were met in the most different ways."""
    import polars as pl

    per_run = (
        workspace.table("scores")
        .filter(pl.col("name") == "response")
        .group_by("run_id")
        .agg(ways=pl.col("label").n_unique(), steps=pl.len())
        .sort("ways", "steps", "run_id", descending=[True, False, False])
    )
    return str(per_run.select(pl.col("run_id").str.head(8)).first().collect().item())


def _send(spool: Path) -> Exit:
    from midspan.pipelines.cli import console
    from midspan.pipelines.publish.otlp import ship
    from midspan.pipelines.servers import Home, start_each
    from midspan.pipelines.servers.recipes import chosen

    with console.steps() as say:
        outcome = start_each(chosen(None), Home.of_user(), port=None, say=say)
    urls = {one.record.name: one.record.url for one in outcome.ready}
    reported = Exit.DONE
    if urls:
        with console.told("sending the spans"), _counted() as more:
            report = ship(
                sorted(spool.glob("*.otlp.jsonl")),
                phoenix=urls.get("phoenix"),
                mlflow=urls.get("mlflow"),
                progress=more,
            )
        _show_shipped(report)
        reported = report.exit_code
    for name, error in outcome.failed.items():
        click.echo(f"nothing was sent to {name}: {error.args[0]}", err=True)
    if outcome.failed:
        click.echo("When the cause is mended, run the demo again: midspan demo", err=True)
        return Exit.SURROUNDINGS
    return reported


@contextmanager
def _counted() -> Iterator["Callable[[Step], None]"]:
    """Give what shows how many of its spans each server has stored; silent when piped."""
    from midspan.pipelines.cli import console

    sent: Counter[str] = Counter()
    stored: Counter[str] = Counter()
    notes = console.notes()
    notes.quiet = not notes.is_terminal
    with notes.status("sending") as spinner:

        def more(step: "Step") -> None:
            (sent if step.stage == "sent" else stored)[step.server] += step.spans
            told = [f"{name}: {stored[name]:,} of {sent[name]:,}" for name in sent]
            spinner.update(f"{', '.join(told)} spans stored")

        yield more


def _show_shipped(report: "Report") -> None:
    from midspan.pipelines.cli import console

    screen = console.output()
    for server in report.servers:
        screen.print(f"{server.server:8} {server.stored:,} of {server.spans:,} spans stored")
        for link in server.links.values():
            screen.print(f"         {link}", soft_wrap=True, markup=False)
        for reason, spans in server.left.items():
            click.echo(f"{server.server}: {spans:,} spans not stored: {reason}", err=True)
