"""The weights of models that jobs serve: a volume each, at a commit."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from midspan.pipelines.sweep.launchers.hf_jobs.patience import Patience
from midspan.pipelines.sweep.launchers.hf_jobs.refusals import explained
from midspan.pipelines.sweep.plan import SweepPlan
from midspan.pipelines.sweep.problems import Problem
from midspan.pipelines.sweep.serving.gguf import meant_file
from midspan.pipelines.sweep.serving.weights import repository_of
from midspan.scorers.errors import SurroundingsError
from midspan.scorers.suite import Model

if TYPE_CHECKING:
    from huggingface_hub import HfApi, Volume

MOUNTED: Final = "/weights"
"""Folder of a job in which each model's weights lie, below the model's name."""


def weights_of(
    plan: SweepPlan, api: "HfApi", patience: Patience | None = None
) -> tuple[dict[str, str], list[Problem]]:
    """Return the commit of each served model's weights, and the models that are not there."""
    models = {run.model.name: run.model for run in plan.runs}
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for model in models.values():
        repository = repository_of(model)
        if repository is None:
            continue
        seen = _looked(api, repository, model.revision, patience or Patience())
        if isinstance(seen, Problem):
            problems.append(seen)
            continue
        found[model.name] = seen.sha
        if model.served_by.engine == "llama-cpp":
            try:
                meant_file(model, seen.files, where=f"the repository {repository}")
            except SurroundingsError as error:
                problems.append(Problem(what=str(error.args[0]), fix=error.fix))
    return found, problems


def weights_volume(model: Model, sha: str) -> "Volume":
    """Return the volume with a model's weights."""
    from huggingface_hub import Volume

    return Volume(
        type="model",
        source=repository_of(model),
        mount_path=f"{MOUNTED}/{model.name}",
        revision=sha,
        read_only=True,
    )


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """A repository as it is at one commit."""

    sha: str
    files: tuple[str, ...]


def _looked(
    api: "HfApi", repository: str, revision: str | None, patience: Patience
) -> _Seen | Problem:
    from huggingface_hub.errors import RepositoryNotFoundError, RevisionNotFoundError

    try:
        with explained(f"looking for the model {repository}"):
            try:
                info = patience.with_(lambda: api.model_info(repository, revision=revision))
            except RevisionNotFoundError:
                return Problem(
                    what=f"the model {repository} has no revision {revision}",
                    fix=f"Look at {api.endpoint}/{repository}/commits/main",
                )
            except RepositoryNotFoundError:
                return Problem(
                    what=f"there is no model {repository} on the Hub, or the token cannot see it",
                    fix="Look at its name, and whether its terms were accepted.",
                )
    except ValueError as error:
        return Problem(what=f"the model {repository}: {error}", fix="Look at its name.")
    if info.sha is None:
        return Problem(what=f"the model {repository} has no commit", fix="Name another model.")
    return _Seen(sha=info.sha, files=tuple(file.rfilename for file in info.siblings or ()))
