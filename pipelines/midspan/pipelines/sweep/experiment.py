"""What belongs to a stored suite and stands in no suite: the experiment and its commits."""

from pathlib import Path
from typing import Annotated

import msgspec

from midspan.pipelines.records import CONTRACT
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.sweep.layout import EXPERIMENT_FILE, SweepFolder
from midspan.pipelines.sweep.plan import Resolve, ResolvedRevision
from midspan.scorers.errors import InvalidInput
from midspan.scorers.suite import Revision, Target

Sha = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{40}$")]


class StoredRevision(msgspec.Struct, frozen=True, kw_only=True):
    """A revision as it was resolved when the sweep began."""

    ref: str
    sha: Sha

    def as_resolved(self, label: str) -> ResolvedRevision:
        """Return it under its name."""
        return ResolvedRevision(label=label, ref=self.ref, sha=self.sha)


class Experiment(msgspec.Struct, frozen=True, kw_only=True):
    """The file beside a stored suite."""

    contract: int = CONTRACT
    experiment: str
    suite_digest: str
    """Of the suite and of all files it names."""
    repository: str | None = None
    """The target's, as it can be reached from anywhere on this machine."""
    revisions: dict[str, StoredRevision] = {}

    def known(self, target: Target, *, label: str, ref: str) -> ResolvedRevision | None:
        """Return a revision as it was when the sweep began; None for one that it had not so."""
        known = self.revisions.get(label)
        if known is None or known.ref != ref or self.repository != target.repository:
            return None
        return known.as_resolved(label)


def read_experiment(folder: SweepFolder) -> Experiment:
    """Return what stands beside the stored suite; a directory without one is an error."""
    try:
        return read_experiment_file(folder.experiment_file)
    except (FileNotFoundError, NotADirectoryError):
        raise InvalidInput(
            f"{folder.root}: holds no sweep (no suite/{EXPERIMENT_FILE})",
            fix=f"Begin one with: midspan sweep run suite.yaml --into {folder.root}",
        ) from None


def read_experiment_file(path: Path) -> Experiment:
    """Return what stands in a file."""
    content = path.read_bytes()
    try:
        stored = msgspec.json.decode(content, type=Experiment)
    except ValueError as error:
        raise InvalidInput(
            f"{path}: is no record of a sweep: {error}",
            fix="Name another directory: --into DIR",
        ) from error
    if stored.contract != CONTRACT:
        raise InvalidInput(
            f"{path}: has contract {stored.contract}; this midspan reads {CONTRACT}",
            fix="Name another directory: --into DIR",
        )
    return stored


def write_experiment_file(path: Path, experiment: Experiment) -> None:
    """Write the file, so that a person can read it."""
    with explained(path):
        path.write_bytes(msgspec.json.format(msgspec.json.encode(experiment), indent=2) + b"\n")


def resumed(folder: SweepFolder, resolve: Resolve) -> Resolve:
    """Return what takes the commits of a begun sweep as they were, and asks only for others.

    A branch that has moved since would else make new runs of all that were paid for.
    """
    if not folder.experiment_file.is_file():
        return resolve
    stored = read_experiment(folder)

    def known_first(target: Target, revision: Revision) -> ResolvedRevision:
        known = stored.known(target, label=revision.label, ref=revision.ref)
        return known or resolve(target, revision)

    return known_first
