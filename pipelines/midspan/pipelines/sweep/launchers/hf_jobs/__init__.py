"""Sweeps as jobs on the Hub: checked, submitted, followed, fetched."""

from midspan.pipelines.sweep.launchers.hf_jobs.hub_plan import HubPlan
from midspan.pipelines.sweep.launchers.hf_jobs.launching import Launcher
from midspan.pipelines.sweep.launchers.hf_jobs.pace import Pace
from midspan.pipelines.sweep.launchers.hf_jobs.preflight import check_hub, hub_problems
from midspan.pipelines.sweep.launchers.hf_jobs.prices import hardware_prices
from midspan.pipelines.sweep.launchers.hf_jobs.watching import Rhythm, watch

__all__ = [
    "HubPlan",
    "Launcher",
    "Pace",
    "Rhythm",
    "check_hub",
    "hardware_prices",
    "hub_problems",
    "watch",
]
