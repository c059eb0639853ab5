"""What is settled before anything is paid for: who pays, where files go, what jobs are given."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from midspan.pipelines.sweep.plan import SweepPlan
from midspan.scorers.errors import InvalidInput
from midspan.scorers.suite import HFJobs

DEFAULT_BUCKET: Final = "midspan-sweeps"


@dataclass(frozen=True, kw_only=True)
class HubPlan:
    """A sweep that the Hub was found ready for."""

    plan: SweepPlan
    settings: HFJobs
    namespace: str
    """Who pays."""
    bucket: str
    """namespace/name"""
    usd_per_minute: float | None
    """Of one job; None where the Hub names no price."""
    weights: Mapping[str, str] = field(default_factory=dict)
    """Commit of the weights of each served model, by the model's name."""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By the name of the variable."""
    notes: tuple[str, ...] = ()
    """What is no mistake for certain, and may well be one."""

    @property
    def folder(self) -> str:
        """The sweep's folder in the bucket: a name that can be one, as every experiment's is."""
        return self.plan.experiment


def settings_of(plan: SweepPlan) -> HFJobs:
    """Return the settings of a suite for the Hub, or raise where it has none."""
    launch = plan.suite.launch
    if launch.kind != "hf-jobs" or launch.hf_jobs is None:
        raise InvalidInput(
            f"{plan.suite_file}: does not ask for jobs on the Hub",
            fix="Write: launch: {kind: hf-jobs, hf_jobs: {flavor: a10g-large}}",
        )
    return launch.hf_jobs
