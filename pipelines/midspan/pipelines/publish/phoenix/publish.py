"""Publishes a workspace to a Phoenix: spans, then what scores say of them, then experiments."""

from collections import Counter
from typing import Final

import msgspec

from midspan.pipelines.publish import links
from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import Manifest
from midspan.pipelines.publish.phoenix.api import Phoenix
from midspan.pipelines.publish.phoenix.bodies import Body
from midspan.pipelines.publish.phoenix.configs import Configs, configs_of
from midspan.pipelines.publish.phoenix.experiments import (
    planned_variants,
    publish_experiments,
    variant_unit,
)
from midspan.pipelines.publish.phoenix.scoring import Scores
from midspan.pipelines.publish.phoenix.units import SERVER, OfRun, by_project, made
from midspan.pipelines.publish.phoenix.work import Work, Works
from midspan.pipelines.publish.phoenix_server import PhoenixServer
from midspan.pipelines.publish.plan import Portion, Walk, ahead
from midspan.pipelines.publish.progress import Progress, untold
from midspan.pipelines.publish.report import Account, Link, Published
from midspan.pipelines.publish.span_server import Key, ServerError
from midspan.pipelines.publish.spans import send_spans
from midspan.pipelines.publish.target import Target
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import SurroundingsError

NO_PROJECT: Final = "there is no project {!r}, as no span of it was published"

ELSEWHERE: Final = (
    "their traces are in project {!r}, and Phoenix does not move traces: "
    "publish to that project, or delete it in Phoenix first"
)

TELLING: Final = ("episode", "call_ok")
"""Scores of steps by which a reader sees first what went wrong."""

NAMED_STEPS: Final = 3
"""Steps that went wrong to which a link is given."""


def publish(
    workspace: Workspace,
    target: Target,
    asked: Asked,
    *,
    manifest: Manifest,
    tell: Progress = untold,
) -> Published:
    """Return what became of a workspace's spans, scores and variants at one Phoenix."""
    account = Account(server=SERVER, url=target.url.rstrip("/"), tell=tell)
    if asked.dry_run:
        _count(workspace, asked, manifest, account)
        return account.published()
    with target.client() as client:
        phoenix = Phoenix(client, target.patience)
        phoenix.require_usable()
        try:
            publishing = _Publishing(workspace, asked, manifest, account, phoenix)
        except ServerError as error:
            raise SurroundingsError(
                f"phoenix at {account.url} cannot be asked: {error}",
                fix="Look at the log of the server, then run the same command again.",
            ) from error
        publishing.run()
    return account.published()


class _Publishing:
    """One workspace on its way to one server."""

    def __init__(
        self,
        workspace: Workspace,
        asked: Asked,
        manifest: Manifest,
        account: Account,
        phoenix: Phoenix,
    ) -> None:
        self._workspace, self._asked, self._manifest = workspace, asked, manifest
        self._account, self._phoenix = account, phoenix
        self._places = phoenix.projects()
        self._server = PhoenixServer(account.url, patience=phoenix.patience, client=phoenix.client)
        configs = Configs(phoenix, configs_of(workspace, asked.known))
        self._scores = Scores(phoenix, configs, manifest, account)
        self._unknown: str | None = None
        """Why the ids of new projects are not known."""

        self._steps = 0
        self._linked: set[str] = set()
        self._elsewhere: set[str] = set()

    def run(self) -> None:
        """Publish all that is asked for."""
        works = Works(
            asked=self._asked,
            manifest=self._manifest,
            url=self._account.url,
            places=self._places,
            phoenix=self._phoenix,
            notes=self._account.notes,
        )
        for work in ahead(works.of(Walk(self._workspace, self._asked).portions())):
            self._note(work)
            lost = self._send(work)
            self._annotate(work, lost)
            self._link(work, lost)
        if self._asked.has("experiments"):
            publish_experiments(
                self._workspace,
                self._asked,
                self._phoenix,
                self._manifest,
                self._account,
                without=self._elsewhere,
            )

    def _note(self, work: Work) -> None:
        """Count what is not sent: refused, not meant for the server, or there already."""
        self._account.put_aside(work.made.aside)
        for reason, rows in work.made.refused.items():
            self._account.asked("annotations", rows)
            self._account.left("annotations", rows, reason)
        for run in work.made.runs:
            if project := work.elsewhere.get(run.run_id):
                self._leave_elsewhere(run, project)
        sent = {run.run_id for run in work.send}
        annotated = {run.run_id for run in work.annotate}
        for run in work.made.runs:
            if run.run_id in work.elsewhere:
                continue
            if self._asked.has("spans") and run.run_id not in sent:
                place = self._places[run.project]
                rows = self._manifest.rows(run.span_unit(self._account.url, place))
                self._account.asked("spans", rows)
                self._account.already("spans", rows)
            if self._asked.has("scores") and run.run_id not in annotated:
                self._account.asked("annotations", run.rows)
                self._account.already("annotations", run.rows)

    def _leave_elsewhere(self, run: OfRun, project: str) -> None:
        """Leave a run that another project has."""
        self._elsewhere.add(run.run_id)
        reason = ELSEWHERE.format(project)
        self._account.asked("spans", len(run.keys))
        self._account.left("spans", len(run.keys), reason)
        self._account.asked("annotations", run.rows)
        self._account.left("annotations", run.rows, reason)

    def _send(self, work: Work) -> set[Key]:
        """Return the spans that the server does not have, of those that it was sent."""
        if not work.pieces:
            return set()
        missing = send_spans(self._server, work.pieces, self._account)
        self._look_up({run.project for run in work.send})
        lost = {trace for trace, _ in missing}
        rows = Counter(piece.key[0] for piece in work.pieces)
        for run in work.send:
            place = self._places.get(run.project)
            if place is not None and not lost.intersection(run.traces):
                unit = run.span_unit(self._account.url, place)
                total = sum(rows[trace] for trace in run.traces)
                self._manifest.add(msgspec.structs.replace(unit, rows=total))
        return missing

    def _look_up(self, projects: set[str]) -> None:
        """Learn the ids of projects that Phoenix made for the spans just sent."""
        try:
            if projects - set(self._places):
                self._places.update(self._phoenix.projects())
        except ServerError as error:
            self._unknown = str(error)

    def _annotate(self, work: Work, lost: set[Key]) -> None:
        for project, runs in by_project(work.annotate).items():
            place = self._places.get(project)
            if place is not None:
                self._scores.put(place, runs, lost)
            else:
                self._scores.leave(runs, self._unknown or NO_PROJECT.format(project))

    def _link(self, work: Work, lost: set[Key]) -> None:
        """Keep links to each project, and to the first steps that went wrong, if they are there."""
        for run in work.made.runs:
            if run.project not in self._places or not lost.isdisjoint(run.keys):
                continue
            if run.project not in self._linked:
                self._linked.add(run.project)
                page = links.phoenix_project(self._account.url, run.project)
                self._account.links.append(Link(what=f"project {run.project}", url=page))
            wrong = _wrong_step(run)
            if wrong is not None and self._steps < NAMED_STEPS:
                self._steps += 1
                page = links.phoenix_span(self._account.url, wrong["span_id"])
                self._account.links.append(Link(what=_said(wrong, work.made.portion), url=page))


def _wrong_step(run: OfRun) -> Body | None:
    """Return what says most of a step that went wrong; None where none did."""
    wrong = [body for body in run.bodies.get("span", ()) if body["result"]["score"] == 0]
    telling = [body for name in TELLING for body in wrong if body["name"] == name]
    return next(iter(telling), None)


def _said(wrong: Body, portion: Portion) -> str:
    """Return what went wrong at a step: of which name, of which task and model."""
    run_id = wrong["metadata"]["run"]
    steps = portion.spans.filter(run_id=run_id, span_id=wrong["span_id"])
    runs = portion.runs.filter(run_id=run_id).select("task", "model")
    told = [*steps["name"].unique(), *(one for one in (*runs.row(0),) if one)]
    return f"{wrong['name']} {wrong['result']['label'] or 'fail'}: {', '.join(told)}"


def _count(workspace: Workspace, asked: Asked, manifest: Manifest, account: Account) -> None:
    """Count what would be published, and what the manifest says of it; nothing is asked."""
    for portion in Walk(workspace, asked).portions():
        found = made(portion, asked)
        account.put_aside(found.aside)
        account.put_aside(found.refused)
        for run in found.runs:
            if asked.has("spans"):
                account.asked("spans", len(run.keys))
                if manifest.has_anywhere(run.span_unit(account.url, "")):
                    account.already("spans", len(run.keys))
            if asked.has("scores"):
                account.asked("annotations", run.rows)
                if manifest.has_anywhere(run.annotation_unit(account.url, "")):
                    account.already("annotations", run.rows)
    if asked.has("experiments"):
        for variant in planned_variants(workspace, asked):
            account.asked("experiment", 1)
            if manifest.has_anywhere(variant_unit(variant, account.url, "")):
                account.already("experiment", 1)
