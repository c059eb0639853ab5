"""The jobs of one namespace on the Hub: submitted, looked at, followed and cancelled."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from midspan.pipelines.sweep.launchers.hf_jobs.job_state import SUBMISSION, JobState, job_state
from midspan.pipelines.sweep.launchers.hf_jobs.labels import label
from midspan.pipelines.sweep.launchers.hf_jobs.patience import Patience
from midspan.pipelines.sweep.launchers.hf_jobs.refusals import HubError, explained

if TYPE_CHECKING:
    from huggingface_hub import HfApi, JobHardwareInfo, Volume

EXPERIMENT: Final = "experiment"
LAGS: Final = (1.0, 2.0, 4.0, 8.0)
"""Seconds between looks for a job that may have been made: lists are a moment late."""
LOOKS: Final = 2
"""How often a look at a job is tried: it is looked at again soon in any case."""


def client() -> "HfApi":
    """Return the Hub's client, with the token that its user has signed in with."""
    from importlib.metadata import version

    from huggingface_hub import HfApi
    from huggingface_hub.utils.logging import set_verbosity_error
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    set_verbosity_error()  # type: ignore[no-untyped-call]  # it tells of each request that it sends again, into the table of jobs
    return HfApi(library_name="midspan", library_version=version("midspan"))


@dataclass(frozen=True, kw_only=True)
class JobRequest:
    """What the Hub is asked to run."""

    submission: str
    """Of this request alone: a repeated one is known by it."""
    image: str
    command: Sequence[str]
    environment: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    flavor: str
    timeout: str
    name: str
    labels: Mapping[str, str]
    volumes: Sequence["Volume"]


class Jobs:
    """The jobs of a namespace; each request is sent again when the Hub stumbles."""

    def __init__(self, api: "HfApi", namespace: str, patience: Patience | None = None) -> None:
        self._api, self._namespace = api, namespace
        self._patience = patience or Patience()
        self.doubted = False
        """Whether a submission may have become a job that was not seen at once."""

    def submit(self, request: JobRequest) -> JobState:
        """Return the job that runs a request: one, however often the Hub had to be asked."""
        known: list[JobState] = []
        in_doubt = False

        def ask() -> JobState:
            return known[0] if known else job_state(self._api.run_job(**self._asked(request)))

        def look() -> None:
            # The answer may have been lost after the job was made: a second one would be paid too.
            nonlocal in_doubt
            in_doubt = True
            known.extend(self.of_submission_in_time(request.submission))

        try:
            with explained(f"submitting the job {request.name}"):
                return self._patience.with_(ask, again=look)
        except HubError as error:
            error.uncertain = error.passing or in_doubt
            raise

    def of_submission(self, submission: str) -> list[JobState]:
        """Return the jobs of a submission: one, or none where it never came through."""
        with explained("looking for a job"):
            return self._patience.with_(lambda: self._labelled({SUBMISSION: submission}))

    def of_submission_in_time(self, submission: str) -> list[JobState]:
        """Return the same, having looked for as long as the Hub's list may be behind."""
        self.doubted = True
        for pause in LAGS:
            if found := self.of_submission(submission):
                return found
            self._patience.sleep(pause)
        return self.of_submission(submission)

    def going_of_experiment(self, experiment: str) -> list[JobState]:
        """Return the jobs of an experiment that go on, whoever submitted them."""
        labels = {EXPERIMENT: label(experiment)}
        with explained("looking for jobs of the experiment"):
            found = self._patience.with_(lambda: self._labelled(labels))
        return [job for job in found if not job.is_over]

    def look(self, job: str) -> JobState:
        """Return how a job stands; one that the Hub no longer knows is deleted."""
        from huggingface_hub.errors import JobNotFoundError

        def ask() -> JobState:
            try:
                info = self._api.inspect_job(job_id=job, namespace=self._namespace)
            except JobNotFoundError:
                return JobState(id=job, url="", stage="DELETED", message="the Hub knows it no more")
            return job_state(info)

        with explained(f"looking at the job {job}"):
            return replace(self._patience, tries=LOOKS).with_(ask)

    def cancel(self, job: str) -> None:
        """End a job."""
        with explained(f"cancelling the job {job}"):
            self._patience.with_(
                lambda: self._api.cancel_job(job_id=job, namespace=self._namespace)
            )

    def log(self, job: str, *, follow: bool, tail: int | None) -> Iterator[str]:
        """Yield the lines that a job printed; with `follow` until it is over."""
        with explained(f"reading the log of the job {job}"):
            yield from self._api.fetch_job_logs(
                job_id=job, namespace=self._namespace, follow=follow, tail=tail
            )

    def last_lines(self, job: str, count: int) -> list[str]:
        """Return the last lines that a job printed; none where they cannot be had."""
        try:
            return list(self.log(job, follow=False, tail=count))
        except HubError:
            return []

    def _labelled(self, labels: dict[str, str]) -> list[JobState]:
        found = self._api.list_jobs(namespace=self._namespace, labels=labels)
        return [job_state(info) for info in found]

    def _asked(self, request: JobRequest) -> dict[str, Any]:
        return {
            "image": request.image,
            "command": list(request.command),
            "env": dict(request.environment),
            "secrets": dict(request.secrets) or None,
            "flavor": request.flavor,
            "timeout": request.timeout,
            "name": request.name,
            "labels": {**request.labels, SUBMISSION: request.submission},
            "volumes": list(request.volumes),
            "namespace": self._namespace,
        }


def hardware(api: "HfApi", patience: Patience | None = None) -> "list[JobHardwareInfo]":
    """Return the machines that jobs can have, with what they cost."""
    with explained("asking what machines there are"):
        return (patience or Patience()).with_(api.list_jobs_hardware)
