"""What `midspan sweep run` says at its end: how every planned run came out, and what comes next."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from midspan.pipelines.cli import console
from midspan.scorers.errors import Exit

if TYPE_CHECKING:
    from midspan.pipelines.sweep.layout import SweepFolder
    from midspan.pipelines.sweep.local import Judged
    from midspan.pipelines.sweep.plan import SweepRun
    from midspan.pipelines.sweep.worker import Worked

_LISTED: Final = 5
"""Runs that are infra of which the logs are named."""


def show_outcomes(
    folder: "SweepFolder",
    runs: "Sequence[SweepRun]",
    worked: "Worked",
    judged: "Judged",
    *,
    planned: int,
) -> Exit:
    """Print the table of outcomes, and return what the command ends with.

    `planned` is how many runs the suite has, those included that were not asked for.
    """
    from midspan.dashboards.terminal.sweep_outcomes import sweep_outcomes
    from midspan.pipelines.sweep.outcomes import outcomes
    from midspan.pipelines.workspace import Workspace

    console.show_whole(sweep_outcomes(outcomes(runs, worked, Workspace(folder.workspace))))
    names = {run.run_id: run.planned.name for run in runs}
    for run_id in worked.infra[:_LISTED]:
        console.note(f"infra: {names[run_id]}; its log: {_last_log(folder, run_id)}")
    if (more := len(worked.infra) - _LISTED) > 0:
        console.note(f"infra: {more:,} more, in short: midspan failures {folder.workspace}")
    if others := planned - len(runs):
        console.note(
            f"{others:,} runs of the suite were not asked for (--only): those that are not run yet "
            "are in no figure, and tables call them missing"
        )
    tell_shortfall(folder, judged)
    if worked.infra or worked.missing:
        console.note("the same command launches what is infra again")
    console.note(f"next: midspan table {folder.workspace} runs")
    console.note(f"      midspan compare {folder.workspace} --by {_axis(runs)}")
    console.note(f"      midspan failures {folder.workspace}")
    whole = judged.is_whole and not worked.infra and not worked.missing
    return Exit.DONE if whole else Exit.IN_PART


def tell_shortfall(folder: "SweepFolder", judged: "Judged") -> None:
    """Say which spans could not be kept, and which scorers did not come through."""
    if judged.read.quarantined:
        where = f"midspan table {folder.workspace} quarantine"
        console.note(f"{judged.read.quarantined:,} spans quarantined: {where}")
    for name, reason in judged.score.failed.items():
        console.note(f"scorer {name} failed: {reason}")


def _last_log(folder: "SweepFolder", run_id: str) -> str:
    logs = list(folder.logs.glob(f"{run_id}-*.log"))
    return str(max(logs, key=lambda log: (len(log.name), log.name))) if logs else "none"


def _axis(runs: "Sequence[SweepRun]") -> str:
    """Return an axis on which there is something to compare."""
    for axis in ("revision", "model", "tier", "harness"):
        if len({getattr(run.planned, axis) for run in runs}) > 1:
            return axis
    return "model"
