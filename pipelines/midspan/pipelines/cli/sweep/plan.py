"""`midspan sweep plan`: what would be run, before anything is."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

import click

from midspan.pipelines.cli import console
from midspan.pipelines.cli.rows import json_text
from midspan.pipelines.cli.sweep import options
from midspan.scorers.errors import Exit, MidspanError

if TYPE_CHECKING:
    from midspan.pipelines.sweep.outlook import Outlook
    from midspan.pipelines.sweep.plan import SweepPlan
    from midspan.pipelines.sweep.problems import NotReady


@click.command()
@options.suite
@options.into
@options.experiment
@options.only
@click.option("--json", "as_json", is_flag=True, help="Everything, as JSON.")
def command(
    suite: Path,
    into: Path | None,
    experiment: str | None,
    only: tuple[str, ...],
    as_json: bool,
) -> int:
    """Show what `midspan sweep run` would run for SUITE; nothing is started or written.

    Numbers in the table are runs of a variant and a task, done/planned once any is done. A run is
    done when it has a result; one that ended by no fault of the agent is run again.

    What keeps the sweep from running is listed too, and the exit code is then that of `sweep run`:
    2 for what is wrong in the suite, 4 for a missing key, program, server or permission.

    \b
    Example:
      midspan sweep plan suite.yaml
      midspan sweep plan suite.yaml --only 'refund-*' --only harness=pi
      midspan sweep plan suite.yaml --into sweeps/may --json
    """
    from midspan.pipelines.sweep.outlook import outlook
    from midspan.pipelines.sweep.preflight import examined_sweep
    from midspan.pipelines.sweep.problems import NotReady

    with catch_warnings(record=True) as caught:
        simplefilter("always")
        plan, folder, found = examined_sweep(suite, into=into, experiment=experiment)
    remarks = list(dict.fromkeys(str(each.message) for each in caught))
    kept_from = NotReady(found.problems) if found.problems else None
    if plan is None:
        assert kept_from is not None, "without a plan there is a reason"
        if as_json:
            sys.stdout.write(json_text({"problems": _as_rows(kept_from), "remarks": remarks}))
            return kept_from.exit_code
        raise kept_from
    ahead = outlook(plan, folder, prices=_prices(plan), only=only)
    if as_json:
        told = {"problems": _as_rows(kept_from), "remarks": remarks}
        sys.stdout.write(json_text(ahead.as_dict() | told))
    else:
        _show(ahead)
        for remark in remarks:
            console.note(remark)
    if kept_from is None:
        return Exit.DONE
    if not as_json:
        _tell(kept_from)
    return kept_from.exit_code


def _prices(plan: "SweepPlan") -> Mapping[str, float]:
    """Return what hardware costs; not to know it keeps nobody from looking at a plan."""
    if plan.suite.launch.kind != "hf-jobs":
        return {}
    from midspan.pipelines.sweep.launchers.hf_jobs.prices import hardware_prices

    try:
        return hardware_prices()
    except MidspanError as error:
        console.note(f"what the jobs cost is not known: {error.args[0]}")
        return {}


def _show(ahead: "Outlook") -> None:
    from midspan.dashboards.terminal.sweep_plan import left_out, product_line, sweep_matrix
    from midspan.pipelines.sweep.matrix import factors
    from midspan.pipelines.sweep.outlook_lines import change_lines, outlook_lines

    screen = console.output()
    some = len(ahead.plan.runs) < ahead.planned
    of_them = f"; of these, {len(ahead.plan.runs):,} by --only" if some else ""
    product = product_line(factors(ahead.plan), ahead.planned)
    click.echo(f"{ahead.plan.experiment}: {product}{of_them}\n")
    screen.print(sweep_matrix(ahead.cells, screen.width))
    if further := left_out(ahead.cells):
        click.echo(further)
    click.echo()
    for line in outlook_lines(ahead):
        click.echo(line)
    for line in change_lines(ahead):
        console.note(line)


def _as_rows(kept_from: "NotReady | None") -> Sequence[Mapping[str, Any]]:
    problems = kept_from.problems if kept_from else ()
    return [{"what": problem.what, "fix": problem.fix} for problem in problems]


def _tell(kept_from: "NotReady") -> None:
    """Say what keeps the sweep from running, below what would be run."""
    one = len(kept_from.problems) == 1
    click.echo(f"\nNot yet: {'this has' if one else 'these have'} to be mended first.", err=True)
    for problem in kept_from.problems:
        click.echo(problem.told(), err=True)
