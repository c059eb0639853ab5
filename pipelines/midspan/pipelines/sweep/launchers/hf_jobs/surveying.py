"""How a sweep on the Hub stands, at a glance: nothing is fetched or changed."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from midspan.dashboards.terminal.sweep_jobs import JobRow
from midspan.pipelines.sweep.launchers.hf_jobs.artefacts import artefacts
from midspan.pipelines.sweep.launchers.hf_jobs.ledger import Ledger
from midspan.pipelines.sweep.launchers.hf_jobs.patience import Patience
from midspan.pipelines.sweep.launchers.hf_jobs.refusals import HubError
from midspan.pipelines.sweep.launchers.hf_jobs.stored_jobs import StoredJobs
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.standing import Counts, counted, standings
from midspan.pipelines.sweep.stored import planned_before
from midspan.scorers.errors import InvalidInput

if TYPE_CHECKING:
    from huggingface_hub import HfApi


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What is known of a sweep."""

    counts: Counts
    """Of the runs, by what is here."""
    rows: tuple[JobRow, ...] = ()
    waiting: int = 0
    """Runs that have a result in the bucket, and none here."""
    going: int = 0
    """Jobs that go on."""
    notes: tuple[str, ...] = ()


def survey(folder: SweepFolder, api: "HfApi | None", patience: Patience | None = None) -> Survey:
    """Return how a sweep stands; `api` is asked only where jobs of it were submitted."""
    run_ids = {run.run_id for run in planned_before(folder)}
    if not run_ids:
        raise InvalidInput(
            f"{folder.root}: is no directory of a sweep",
            fix="Name one that `midspan sweep run suite.yaml --into DIR` has made.",
        )
    found = standings(run_ids, folder.spool)
    ledger = Ledger(folder.jobs)
    if api is None or not ledger.jobs():
        return Survey(counts=counted(found))
    stored = StoredJobs(folder=folder, ledger=ledger, api=api, patience=patience or Patience())
    known = stored.known()
    notes, there = ledger.damaged(), set()
    try:
        paid_for = {run_id for job in known for run_id in job.runs}
        there = artefacts(stored.bucket().files("spool"), run_ids | paid_for).results()
    except HubError as error:
        notes.append(str(error.args[0]))
    here = {run_id for run_id, one in found.items() if one.state != "missing"}
    return Survey(
        counts=counted(found),
        rows=tuple(job.row(there) for job in known),
        waiting=len({name[:32] for name in there}.intersection(run_ids) - here),
        going=sum(job.written.is_open and not job.is_over for job in known),
        notes=tuple(notes),
    )


def has_jobs(folder: SweepFolder) -> bool:
    """Return whether jobs of a sweep were ever asked for."""
    return bool(Ledger(folder.jobs).jobs())
