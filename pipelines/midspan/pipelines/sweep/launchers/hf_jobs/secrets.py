"""The secrets that jobs are given: the keys their models need, and what the suite asks for."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from midspan.pipelines.sweep.plan import SweepRun
from midspan.pipelines.sweep.problems import Problem
from midspan.scorers.errors import Exit
from midspan.scorers.suite import HFJobs

TOKEN: Final = "HF_TOKEN"


def secret_names(settings: HFJobs, runs: Iterable[SweepRun]) -> list[str]:
    """Return the names of the secrets that a job with these runs gets."""
    keys = {run.model.key_env for run in runs if run.model.key_env}
    return sorted(keys.union(settings.secrets))


def secrets_of(
    settings: HFJobs, runs: Iterable[SweepRun], environ: Mapping[str, str]
) -> dict[str, str]:
    """Return the secrets of these runs; the Hub's token only where the suite names it."""
    found = {name: _value(name, environ) for name in secret_names(settings, runs)}
    return {name: value for name, value in found.items() if value}


def secret_problems(settings: HFJobs, environ: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the variables that jobs are to get, and that are not set."""
    for name in settings.secrets:
        if not _value(name, environ):
            yield Problem(
                what=f"hf_jobs.secrets: the variable {name} is not set",
                fix=f"export {name}=...",
                exit_code=Exit.SURROUNDINGS,
            )


def _value(name: str, environ: Mapping[str, str]) -> str | None:
    if name == TOKEN and not environ.get(name):
        from huggingface_hub import get_token

        return get_token()
    return environ.get(name)
