"""Annotations on their way to Phoenix: what a run should have, and nothing of ours beside it."""

from collections.abc import Iterable, Sequence
from typing import Final

from midspan.pipelines.publish.manifest import Manifest
from midspan.pipelines.publish.phoenix.annotating import NOT_THERE, Annotator, Left
from midspan.pipelines.publish.phoenix.api import Gone, Phoenix
from midspan.pipelines.publish.phoenix.bodies import ID, Body, Level
from midspan.pipelines.publish.phoenix.configs import Configs
from midspan.pipelines.publish.phoenix.stale import has_ours, reconcile
from midspan.pipelines.publish.phoenix.units import OfRun
from midspan.pipelines.publish.report import Account
from midspan.pipelines.publish.span_server import Key, ServerError

LEVELS: Final[tuple[Level, ...]] = ("span", "trace", "session")
Place = tuple[Level, str, str]
"""What an annotation is about, and its name."""

UNCONFIGURED: Final = "phoenix was not told how to show scores, so they have no colours: {}"
TAKEN_OVER: Final = "{} of our scores were edited by people in Phoenix, and stay as they are there"


class Scores:
    """Brings the annotations of runs to where the workspace has them."""

    def __init__(
        self, phoenix: Phoenix, configs: Configs, manifest: Manifest, account: Account
    ) -> None:
        self._phoenix, self._configs = phoenix, configs
        self._manifest, self._account = manifest, account
        self._annotator = Annotator(phoenix)
        self._had_ours: dict[str, bool] = {}

    def leave(self, runs: Sequence[OfRun], reason: str) -> None:
        """Leave the annotations of some runs."""
        self._account.asked("annotations", sum(run.rows for run in runs))
        self._leave([(body, reason) for run in runs for body in _bodies(run)])

    def put(self, place: str, runs: Sequence[OfRun], lost: set[Key]) -> None:
        """Have the server hold the annotations of some runs of one project.

        `place` is the project's id there; `lost` are spans that it does not have.
        """
        self._account.asked("annotations", sum(run.rows for run in runs))
        try:
            self._configure(place, {body["name"] for run in runs for body in _bodies(run)})
            kept = self._clean(place, runs)
        except ServerError as error:
            self._leave([(body, str(error)) for run in runs for body in _bodies(run)])
            return
        left = self._post(runs, kept, {span for _, span in lost})
        self._leave(left)
        failed = {body["metadata"]["run"] for body, _ in left}
        for run in runs:
            if run.run_id not in failed:
                self._manifest.add(run.annotation_unit(self._account.url, place))

    def _configure(self, place: str, names: set[str]) -> None:
        """Tell Phoenix how to show these scores; who may not tell it may still annotate."""
        try:
            self._configs.ensure(place, names)
            for name in names & set(self._configs.refused):
                self._account.notes.append(
                    UNCONFIGURED.format(f"{name}: {self._configs.refused[name]}")
                )
        except Gone:
            raise
        except ServerError as error:
            self._account.notes.append(UNCONFIGURED.format(error))

    def _post(self, runs: Sequence[OfRun], kept: set[Place], lost: set[str]) -> Left:
        """Return what could not be stored of what nobody has taken over."""
        left: Left = []
        for level in LEVELS:
            there: list[Body] = []
            for body in (body for run in runs for body in run.bodies.get(level, ())):
                if (level, body[ID[level]], body["name"]) in kept:
                    self._account.already("annotations", 1)
                elif body[ID[level]] in lost:
                    left.append((body, NOT_THERE[level]))
                else:
                    there.append(body)
            left += self._annotator.post(level, there, self._stored)
        return left

    def _clean(self, place: str, runs: Sequence[OfRun]) -> set[Place]:
        """Take away what of ours the runs should not have; return what people have taken over."""
        if place not in self._had_ours:
            self._had_ours[place] = has_ours(self._phoenix, place)
        if not self._had_ours[place]:
            return set()
        kept: set[Place] = set()
        for level in LEVELS:
            bodies = [body for run in runs for body in run.bodies.get(level, ())]
            ids = [target for run in runs for target in run.targets(level)]
            removed, theirs = reconcile(self._phoenix, place, level, ids, bodies)
            self._account.removed += removed
            kept |= {(level, *key) for key in theirs}
        if kept:
            self._account.notes.append(TAKEN_OVER.format(len(kept)))
        return kept

    def _stored(self, rows: int) -> None:
        self._account.stored("annotations", rows)

    def _leave(self, left: Left) -> None:
        reasons: dict[str, list[Body]] = {}
        for body, reason in left:
            reasons.setdefault(reason, []).append(body)
        for reason, bodies in reasons.items():
            where = (f"{body['name']} of {_target(body)}" for body in bodies)
            self._account.left("annotations", len(bodies), reason, where)


def _bodies(run: OfRun) -> Iterable[Body]:
    return (body for bodies in run.bodies.values() for body in bodies)


def _target(body: Body) -> str:
    return next(f"{level} {body[key]}" for level, key in ID.items() if key in body)
