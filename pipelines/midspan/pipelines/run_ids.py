"""Ids of planned runs: what a run is made of, and nothing else, tells it from others."""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec


def planned_run_id(
    *,
    experiment: str,
    task: str,
    prompt: str,
    files: Sequence[tuple[str, bytes]] = (),
    model: str | None,
    revision_sha: str | None,
    tier: str | None,
    harness: str | None,
    trial: int,
) -> str:
    """Return the id of a planned run: equal inputs give the same run, a changed prompt another."""
    return run_id_of(
        content_digest(prompt, [(name, file_digest(data)) for name, data in files]),
        experiment=experiment,
        task=task,
        model=model,
        revision_sha=revision_sha,
        tier=tier,
        harness=harness,
        trial=trial,
    )


def file_digest(data: bytes) -> bytes:
    """Return what stands for a file in the content of a run."""
    return hashlib.blake2b(data).digest()


def content_digest(prompt: str, files: Iterable[tuple[str, bytes]]) -> str:
    """Return the digest of a prompt and of files by name, each given as its own digest."""
    content = hashlib.blake2b(prompt.encode(), digest_size=16)
    for name, digest in sorted(files):
        content.update(b"\0" + name.encode() + b"\0" + digest)
    return content.hexdigest()


def run_id_of(
    content: str,
    *,
    experiment: str,
    task: str,
    model: str | None,
    revision_sha: str | None,
    tier: str | None,
    harness: str | None,
    trial: int,
) -> str:
    """Return the id of a planned run whose prompt and files have this digest."""
    fields = [experiment, task, content, model, revision_sha, tier, harness, trial]
    return hashlib.blake2b(msgspec.json.encode(fields), digest_size=16).hexdigest()
