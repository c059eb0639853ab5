"""What a run sends with every request to its model, whatever its agent would."""

from typing import Any

from midspan.pipelines.sweep.plan import SweepRun


def sampling_of(run: SweepRun) -> dict[str, Any]:
    """Return the sampling of the model; each trial has a seed of its own.

    With one seed for all, a server that takes it would answer all trials alike, and five trials
    would say no more than one.
    """
    sampling = dict(run.model.sampling)
    seed = sampling.get("seed")
    if isinstance(seed, int) and not isinstance(seed, bool):
        sampling["seed"] = seed + run.planned.trial
    return sampling
