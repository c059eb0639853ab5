"""Where the runs happen."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from midspan.scorers.file_format.fields import AtLeastOne, Duration, Text, VariableName, shaped
from midspan.scorers.file_format.models import Strict

LabelText = Annotated[
    str,
    *shaped(r"^[A-Za-z0-9_-]{1,100}$", "is no job label: letters, digits, - _ only, 100 at most"),
]
Bucket = Annotated[str, *shaped(r"^[\w.-]+/[\w.-]+$", "is no bucket: write namespace/name")]


class HFJobs(Strict):
    """Settings for runs as jobs on the Hub."""

    flavor: Text
    """Hardware, such as a10g-large."""
    timeout: Duration = "4h"
    """After which the platform ends the job: 90s, 30m, 4h, 1d."""
    bucket: Bucket | None = None
    """Where suite and spool go: namespace/name; midspan-sweeps of the namespace when absent."""
    public: bool = False
    """A bucket that everybody can read will do; otherwise one is refused."""
    namespace: Text | None = None
    """Who pays; the token's own user when absent."""
    labels: Mapping[LabelText, LabelText] = Field(default_factory=dict)
    concurrency: AtLeastOne = 4
    """Runs at a time within one job."""
    image: Text | None = None
    """Container image with its tag or digest, for jobs whose model's `serve` names none."""
    setup: tuple[Text, ...] = ()
    """Shell commands run in the job before any agent: what harnesses need and the image lacks."""
    secrets: tuple[VariableName, ...] = ()
    """NAMES of further variables that jobs get as secrets. The models' keys they get anyway."""
    install: Text | None = None
    """What provides midspan in the job: a requirement, or a wheel beside the suite."""

    other_words: ClassVar[dict[str, str]] = {
        "hardware": "flavor",
        "env": "secrets",
        "commands": "setup",
    }


class Launch(Strict):
    """Where the runs happen, and how many at a time."""

    kind: Literal["local", "hf-jobs"] = "local"
    concurrency: AtLeastOne = 1
    """Runs (local) or jobs (hf-jobs) at a time."""
    per: Literal["model-revision", "cell", "run"] = "model-revision"
    """What one job holds."""
    hf_jobs: HFJobs | None = None

    other_words: ClassVar[dict[str, str]] = {"hf-jobs": "hf_jobs", "jobs": "concurrency"}

    @model_validator(mode="after")
    def _has_its_settings(self) -> "Launch":
        if self.kind == "hf-jobs" and self.hf_jobs is None:
            raise ValueError("`kind: hf-jobs` needs `hf_jobs: {flavor: ...}`")
        return self
