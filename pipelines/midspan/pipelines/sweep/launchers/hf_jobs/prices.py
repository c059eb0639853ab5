"""What the machines cost."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final

from midspan.pipelines.sweep.launchers.hf_jobs.hub import client, hardware

if TYPE_CHECKING:
    from huggingface_hub import JobHardwareInfo

MINUTES: Final = {"second": 1 / 60, "minute": 1.0, "hour": 60.0, "day": 1440.0}


def hardware_prices() -> Mapping[str, float]:
    """Return what a minute of each flavor costs, in USD, as the Hub lists it today."""
    return prices_of(hardware(client()))


def prices_of(listed: "Iterable[JobHardwareInfo]") -> Mapping[str, float]:
    """Return USD a minute, by flavor; one whose unit is not known has no price."""
    return {
        one.name: one.unit_cost_usd / MINUTES[one.unit_label]
        for one in listed
        if one.unit_label in MINUTES
    }


def cost(seconds: float | None, usd_per_minute: float | None) -> float | None:
    """Return what a job has cost so far; None where either is not known.

    >>> cost(90, 0.02)
    0.03
    """
    if seconds is None or usd_per_minute is None:
        return None
    return seconds / 60 * usd_per_minute
