"""What the Hub is asked to run for a batch, and the files that the job reads."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from midspan.instrumentation import environment
from midspan.pipelines.sweep.batches import Batch
from midspan.pipelines.sweep.launchers.hf_jobs.bucket import Bucket
from midspan.pipelines.sweep.launchers.hf_jobs.hub import EXPERIMENT, JobRequest
from midspan.pipelines.sweep.launchers.hf_jobs.hub_plan import HubPlan
from midspan.pipelines.sweep.launchers.hf_jobs.job_state import SUBMISSION
from midspan.pipelines.sweep.launchers.hf_jobs.labels import label
from midspan.pipelines.sweep.launchers.hf_jobs.script import command, job_script, requirement
from midspan.pipelines.sweep.launchers.hf_jobs.secrets import secret_names
from midspan.pipelines.sweep.launchers.hf_jobs.weights import MOUNTED, weights_volume
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.serving.images import Image, image_of
from midspan.scorers.suite import Model

MOUNT: Final = "/mnt/sweep"
"""Where a job finds the sweep's folder of the bucket, and nothing above it."""
SUITE: Final = "suite"
"""Folder in there with the stored copy of the suite."""
JOB: Final = "job"
"""Folder in there with what jobs are told."""
LABELS: Final = ("sweep", EXPERIMENT, "model", "revision", "batch")
"""Labels of every job."""
RESERVED: Final = frozenset({"name", SUBMISSION, *LABELS})
"""Labels by which jobs are found and told apart: a suite cannot set them."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request, and the files that must be in the bucket before it is sent."""

    request: JobRequest
    files: Mapping[str, bytes]


def job_request(
    hub_plan: HubPlan, batch: Batch, submission: str, *, timeout: str | None = None
) -> Asked:
    """Return what runs a batch; `timeout` is the suite's where none is given."""
    from huggingface_hub import Volume

    settings, model = hub_plan.settings, batch.runs[0].model
    image = job_image(hub_plan, model)
    script, told = f"{JOB}/{submission}.py", f"{JOB}/{submission}.json"
    install = requirement(settings.install, f"{MOUNT}/{SUITE}")
    needs_install = bool(image.packages) or settings.install is not None
    bucket = Volume(type="bucket", source=hub_plan.bucket, mount_path=MOUNT, path=hub_plan.folder)
    volumes = [bucket]
    if model.name in hub_plan.weights:
        volumes.append(weights_volume(model, hub_plan.weights[model.name]))
    names = secret_names(settings, batch.runs)
    request = JobRequest(
        submission=submission,
        image=image.name,
        command=command(
            f"{MOUNT}/{script}", f"{MOUNT}/{told}", needs_install=needs_install, secrets=names
        ),
        environment=_environment(hub_plan, model, image.name),
        secrets={name: hub_plan.secrets[name] for name in names},
        flavor=settings.flavor,
        timeout=timeout or settings.timeout,
        name=label(f"{hub_plan.plan.experiment}-{batch.name}"),
        labels=_labels(hub_plan, batch),
        volumes=volumes,
    )
    files = {
        script: job_script([install, *image.packages]).encode(),
        told: _told(hub_plan, batch, names),
    }
    return Asked(request=request, files=files)


def job_image(hub_plan: HubPlan, model: Model) -> Image:
    """Return the image for a model: its own, else the suite's, else the engine's."""
    named = model.serve is not None and model.serve.image is not None
    if hub_plan.settings.image is not None and not named:
        return Image(name=hub_plan.settings.image)
    return image_of(model)


def send_suite(bucket: Bucket, folder: SweepFolder) -> None:
    """Put suite and plan into the bucket; what an earlier suite had there goes."""
    files = suite_files(folder.suite, folder.plan)
    bucket.put(files)
    bucket.remove(set(bucket.files(SUITE)).difference(files))


def suite_files(suite: Path, plan: Path) -> dict[str, Path]:
    """Return what all jobs of a sweep read, by the path that it gets in the bucket."""
    found = {
        f"{SUITE}/{path.relative_to(suite).as_posix()}": path
        for path in sorted(suite.rglob("*"))
        if path.is_file()
    }
    found["spool/plan.jsonl"] = plan
    return found


def _environment(hub_plan: HubPlan, model: Model, image: str) -> dict[str, str]:
    told = {
        environment.FLAVOR: hub_plan.settings.flavor,
        environment.IMAGE: image,
        "PYTHONUNBUFFERED": "1",
    }
    if model.name in hub_plan.weights:
        told[environment.WEIGHTS] = MOUNTED
        told[environment.WEIGHTS_REVISION] = hub_plan.weights[model.name]
    return told


def _labels(hub_plan: HubPlan, batch: Batch) -> dict[str, str]:
    plan = hub_plan.plan
    values = (plan.suite.suite, plan.experiment, batch.model, batch.revision or "", batch.name)
    ours = {name: label(value) for name, value in zip(LABELS, values, strict=True)}
    return {**hub_plan.settings.labels, **ours}


def _told(hub_plan: HubPlan, batch: Batch, secrets: Iterable[str]) -> bytes:
    settings = hub_plan.settings
    told = {
        "runs": [run.run_id for run in batch.runs],
        "concurrency": settings.concurrency,
        "setup": list(settings.setup),
        "secrets": list(secrets),
    }
    return json.dumps(told, indent=1).encode()
