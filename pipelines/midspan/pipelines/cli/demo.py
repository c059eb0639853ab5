"""`midspan demo`: the whole chain on this machine, from agent to table to servers."""

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from midspan.scorers.errors import Exit, InvalidInput

if TYPE_CHECKING:
    from midspan.pipelines.publish.asked import Asked

MARK: Final = ".midspan-demo"
"""Stands in a directory that the demo made, and so may make anew."""

MADE: Final = (
    *("workspace", "spool", "suite", "sessions", "logs", "claims", "rooms", "runs"),
    *("suite.yaml", "profile.yaml", "files", "tools", "report.html", "report-files"),
)
"""What the demo makes in its directory, or did once, and replaces."""

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
@click.option(
    "--serve", is_flag=True, help="Run nothing; serve the models for `midspan sweep run`."
)
def command(directory: Path, no_servers: bool, serve: bool) -> Exit:
    """Run 144 small agent runs, score them, and show them in Phoenix and MLflow.

    A scripted model server, real HTTP, real tools: 2 revisions of the tools x 3 models x 12 tasks
    x 2 trials. Needs no model and no key.

    The servers are installed on first use: about 320 MB to download, once, and 1.5 GB on disk.
    After that, and with --no-servers, no network is needed. Where one server fails to start, the
    spans and scores go to the other; exit code 4.

    What it leaves is a suite like any other. With --serve the scripted models answer where the
    suite says, until Ctrl-C: `midspan sweep run suite.yaml` can then be run by hand. Needs git.

    \b
    Example:
      midspan demo
      midspan demo --no-servers --into /tmp/demo
      midspan demo --serve
    """
    from midspan.pipelines.cli import console

    if serve:
        from midspan.pipelines.cli.demo_serving import serve_models

        return serve_models(directory)
    prepare(directory)
    with console.told(f"running {RUNS} agents"):
        _run(directory)
    with console.told("reading and scoring their spans"):
        whole = _ingest_and_score(directory)
    with console.told("writing the report"):
        _report(directory)
    _show(directory)
    sent = Exit.DONE if no_servers else _send(directory)
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
    _require_unchanged(directory / "tools")
    directory.mkdir(parents=True, exist_ok=True)
    # Before anything is made or removed: what is interrupted can then be done again.
    mark.touch()
    for name in MADE:
        made = directory / name
        if made.is_symlink() or made.is_file():
            made.unlink()
        elif made.exists():
            shutil.rmtree(made)


def _require_unchanged(tools: Path) -> None:
    from midspan.pipelines.demo.repository import was_changed

    if tools.is_dir() and was_changed(tools):
        raise InvalidInput(
            f"{tools} was changed since the demo made it, and would be made anew",
            fix=f"Name another directory with --into, or remove it: rm -r {tools}",
        )


def _run(directory: Path) -> None:
    from midspan.pipelines.cli import console
    from midspan.pipelines.demo.runner import run_demo

    done = 0

    def one_more(*_: object) -> None:
        nonlocal done
        done += 1
        progress("running agents", done, RUNS)

    with console.progress() as progress:
        run_demo(directory, progress=one_more)


def _ingest_and_score(directory: Path) -> bool:
    """Return whether every span was kept and every scorer came through; what was not is said."""
    from midspan.pipelines.cli import console
    from midspan.pipelines.cli.sweep.run_outcomes import tell_shortfall
    from midspan.pipelines.sweep.layout import SweepFolder
    from midspan.pipelines.sweep.local import judged

    folder = SweepFolder(directory)
    with console.progress() as progress:
        done = judged(folder, progress)
    tell_shortfall(folder, done)
    return done.is_whole


def _report(directory: Path) -> None:
    """Write the report; of what is published it links each step."""
    from midspan.pipelines.reporting.bundle import bundle
    from midspan.pipelines.reporting.gathering import Judged, gathered
    from midspan.pipelines.reporting.report import report
    from midspan.pipelines.reporting.writing import folder_of, write
    from midspan.pipelines.workspace import Workspace

    workspace, page = directory / "workspace", directory / "report.html"
    found = gathered(Workspace(workspace), Judged.of(workspace, suite=None, profile=None))
    write(report(found, bundle(), folder=folder_of(page)), page)


def _show(directory: Path) -> None:
    from midspan.pipelines.cli.demo_pages import show_comparison, show_next, show_runs
    from midspan.pipelines.workspace import Workspace

    workspace, profile = Workspace(directory / "workspace"), directory / "profile.yaml"
    show_runs(workspace)
    show_comparison(workspace, profile)
    show_next(workspace, profile)


def _send(directory: Path) -> Exit:
    from midspan.pipelines.cli import console
    from midspan.pipelines.cli.demo_pages import show_sent
    from midspan.pipelines.cli.publish_report import counted, show_outcome
    from midspan.pipelines.publish.publishing import publish
    from midspan.pipelines.publish.target import Target
    from midspan.pipelines.servers import Home, start_each
    from midspan.pipelines.servers.recipes import chosen
    from midspan.pipelines.workspace import Workspace

    with console.steps() as say:
        started = start_each(chosen(None), Home.of_user(), port=None, say=say)
    workspace, reported = directory / "workspace", Exit.DONE
    if started.ready:
        targets = [
            Target(
                server="phoenix" if one.record.name == "phoenix" else "mlflow",
                url=one.record.url,
            )
            for one in started.ready
        ]
        with console.told("sending spans and scores, some minutes"), counted() as tell:
            outcome = publish(Workspace(workspace), targets, _asked(directory), tell=tell)
        show_outcome(outcome, workspace, dry_run=False, on_screen=True)
        _report(directory)
        show_sent(workspace)
        reported = outcome.exit_code
    for name, error in started.failed.items():
        click.echo(f"nothing was sent to {name}: {error.args[0]}", err=True)
    if started.failed:
        click.echo(f"When the cause is mended: midspan up && midspan publish {workspace}", err=True)
        return Exit.SURROUNDINGS
    return reported


def _asked(directory: Path) -> "Asked":
    from midspan.pipelines.files import load_setting, load_suite
    from midspan.pipelines.publish.asked import Asked
    from midspan.scorers.plugins import declarations

    suite = directory / "suite.yaml"
    setting = load_setting(suite=suite)
    return Asked(suite=load_suite(suite), setting=setting, known=declarations(setting.profile))
