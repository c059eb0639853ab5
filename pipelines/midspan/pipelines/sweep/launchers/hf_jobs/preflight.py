"""What can be known of the Hub before anything is paid for."""

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from midspan.pipelines.sweep.endpoints import key_problems
from midspan.pipelines.sweep.launchers.hf_jobs.account import RUN_JOBS, Account, account
from midspan.pipelines.sweep.launchers.hf_jobs.bucket import Bucket
from midspan.pipelines.sweep.launchers.hf_jobs.hub import client, hardware
from midspan.pipelines.sweep.launchers.hf_jobs.hub_plan import DEFAULT_BUCKET, HubPlan, settings_of
from midspan.pipelines.sweep.launchers.hf_jobs.patience import Patience
from midspan.pipelines.sweep.launchers.hf_jobs.prices import prices_of
from midspan.pipelines.sweep.launchers.hf_jobs.refusals import TOKENS
from midspan.pipelines.sweep.launchers.hf_jobs.request import RESERVED
from midspan.pipelines.sweep.launchers.hf_jobs.secrets import secret_problems, secrets_of
from midspan.pipelines.sweep.launchers.hf_jobs.weights import weights_of
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import SweepPlan
from midspan.pipelines.sweep.problems import Found, Problem
from midspan.scorers.errors import Exit
from midspan.scorers.file_format.problems import suggestion
from midspan.scorers.suite import HFJobs

if TYPE_CHECKING:
    from huggingface_hub import HfApi, JobHardwareInfo


def check_hub(
    plan: SweepPlan,
    *,
    api: "HfApi | None" = None,
    environ: Mapping[str, str] = os.environ,
    patience: Patience | None = None,
) -> HubPlan:
    """Return what the jobs are given, or raise with everything that stands in their way.

    The bucket is made where it is not there yet, and written to.
    """
    api = api or client()
    hub_plan, found = _looked(plan, api, environ, patience)
    found.require_none()
    assert hub_plan is not None
    Bucket(api, hub_plan.bucket, hub_plan.folder, patience).require_writable()
    return hub_plan


def hub_problems(plan: SweepPlan, folder: SweepFolder) -> Iterator[Problem]:
    """Yield what stands in the way of jobs on the Hub; nothing is made or changed there."""
    if plan.suite.launch.kind == "hf-jobs":
        yield from _looked(plan, client(), os.environ, None)[1].problems


def _looked(
    plan: SweepPlan, api: "HfApi", environ: Mapping[str, str], patience: Patience | None
) -> tuple[HubPlan | None, Found]:
    settings, found = settings_of(plan), Found()
    hub_plan = None
    found.problems += key_problems(
        {run.model.name: run.model for run in plan.runs}.values(), environ
    )
    found.problems += secret_problems(settings, environ)
    with found.collecting():
        who = account(api, patience)
        machines = hardware(api, patience)
        namespace = settings.namespace or who.name
        found.problems += _of_account(who, namespace)
        found.problems += _of_flavor(settings.flavor, machines)
        found.problems += _of_labels(settings)
        bucket = settings.bucket or f"{namespace}/{DEFAULT_BUCKET}"
        found.problems += _of_bucket(Bucket(api, bucket, plan.experiment, patience), settings)
        weights, missing = weights_of(plan, api, patience)
        found.problems += missing
        hub_plan = HubPlan(
            plan=plan,
            settings=settings,
            namespace=namespace,
            bucket=bucket,
            usd_per_minute=prices_of(machines).get(settings.flavor),
            weights=weights,
            secrets=secrets_of(settings, plan.runs, environ),
            notes=tuple(_doubts(who, namespace)),
        )
    return hub_plan, found


def _of_account(who: Account, namespace: str) -> Iterator[Problem]:
    if namespace not in who.namespaces():
        yield Problem(
            what=f"hf_jobs.namespace: the token cannot act for {namespace}",
            fix=f"It can for {', '.join(who.namespaces())}.",
            exit_code=Exit.SURROUNDINGS,
        )
    elif who.may_run_jobs(namespace) is False:
        yield Problem(
            what=f"the token of {who.name} may only read: it can start no job",
            fix=f"Use one that may write and run jobs: {TOKENS}",
            exit_code=Exit.SURROUNDINGS,
        )


def _doubts(who: Account, namespace: str) -> Iterator[str]:
    if who.may_run_jobs(namespace) is None:
        yield f"the token names no {RUN_JOBS} for {namespace}: the Hub may refuse the jobs"


def _of_labels(settings: HFJobs) -> Iterator[Problem]:
    if taken := sorted(RESERVED.intersection(settings.labels)):
        yield Problem(
            what=f"hf_jobs.labels: midspan sets {', '.join(taken)} itself",
            fix="Give these labels other names.",
        )


def _of_bucket(bucket: Bucket, settings: HFJobs) -> Iterator[Problem]:
    if not settings.public and bucket.is_private() is False:
        yield Problem(
            what=f"hf_jobs.bucket: everybody can read the bucket {bucket.name}: the suite, and "
            "all that agents are told and do",
            fix="Make it private in its settings on the Hub, name another one, or say "
            "`hf_jobs: {public: true}`.",
            exit_code=Exit.SURROUNDINGS,
        )


def _of_flavor(flavor: str, machines: "Iterable[JobHardwareInfo]") -> Iterator[Problem]:
    names = [one.name for one in machines]
    if flavor not in names:
        yield Problem(
            what=f"hf_jobs.flavor: the Hub has no machine {flavor}.{suggestion(flavor, names)}",
            fix=f"There are {', '.join(names)}.",
        )
