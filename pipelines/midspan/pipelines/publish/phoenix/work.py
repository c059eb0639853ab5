"""What is left to do for each run at one Phoenix, found out while the runs before are stored."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.manifest import Manifest, Unit
from midspan.pipelines.publish.otlp import Piece
from midspan.pipelines.publish.phoenix.api import Phoenix
from midspan.pipelines.publish.phoenix.units import Made, OfRun, by_project, made
from midspan.pipelines.publish.plan import Portion
from midspan.pipelines.publish.span_server import ServerError, chunks
from midspan.pipelines.publish.spans import rebuilt

TRACES_A_QUERY: Final = 100
UNASKED: Final = "whether phoenix still has what was published before could not be asked: {}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Work:
    """Some runs, and what of them the server is to be sent."""

    made: Made
    send: list[OfRun]
    """Runs whose spans may be missing."""

    annotate: list[OfRun]
    """Runs whose annotations may be missing, or others than they should be."""

    pieces: list[Piece]
    """The spans of the runs to send."""

    elsewhere: Mapping[str, str]
    """Runs whose traces another project has, with its name: nothing of them can be sent."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Works:
    """Finds out what is left to do, by the manifest and by what the server says it has."""

    asked: Asked
    manifest: Manifest
    url: str
    places: Mapping[str, str]
    """Ids of the server's projects, by name."""

    phoenix: Phoenix
    notes: list[str]
    """Where to say what else people should know."""

    def of(self, portions: Iterable[Portion]) -> Iterator[Work]:
        """Yield the work of each portion."""
        for portion in portions:
            yield self._work(made(portion, self.asked))

    def _work(self, found: Made) -> Work:
        claimed = [run for run in found.runs if self._claims(run)]
        gone = self._gone(claimed)
        # What the server no longer has is published anew, whatever was noted.
        send = [
            run
            for run in found.runs
            if self.asked.has("spans") and (run.run_id in gone or not self._has_spans(run))
        ]
        annotate = [
            run
            for run in found.runs
            if self.asked.has("scores")
            and (run.run_id in gone or not self._has_annotations(run))
            and (run.rows or self.manifest.knows(self._annotations(run)))
        ]
        elsewhere = self._elsewhere(send) if send else {}
        send = [run for run in send if run.run_id not in elsewhere]
        annotate = [run for run in annotate if run.run_id not in elsewhere]
        wanted = {key for run in send for key in run.keys}
        pieces = list(rebuilt(found.portion, wanted=wanted)) if wanted else []
        return Work(made=found, send=send, annotate=annotate, pieces=pieces, elsewhere=elsewhere)

    def _claims(self, run: OfRun) -> bool:
        """Return whether the manifest says of anything that the server has it already."""
        return self._has_spans(run) or self._has_annotations(run)

    def _elsewhere(self, send: Iterable[OfRun]) -> dict[str, str]:
        """Return those of some runs that were published to another project, which has them yet."""
        runs: dict[str, list[OfRun]] = {}
        for run in send:
            for place in self.manifest.other_places(run.span_unit(self.url, self._place(run))):
                runs.setdefault(place, []).append(run)
        names = {place: name for name, place in self.places.items()}
        found: dict[str, str] = {}
        try:
            for place in runs.keys() & names.keys():
                traces = [trace for run in runs[place] for trace in run.traces]
                there = stored_traces(self.phoenix, place, traces)
                found |= {
                    run.run_id: names[place]
                    for run in runs[place]
                    if not there.isdisjoint(run.traces)
                }
        except ServerError as error:
            self.notes.append(UNASKED.format(error))
        return found

    def _has_spans(self, run: OfRun) -> bool:
        return self.manifest.has(run.span_unit(self.url, self._place(run)))

    def _has_annotations(self, run: OfRun) -> bool:
        return self.manifest.has(self._annotations(run))

    def _annotations(self, run: OfRun) -> Unit:
        return run.annotation_unit(self.url, self._place(run))

    def _place(self, run: OfRun) -> str:
        return self.places.get(run.project, "")

    def _gone(self, claimed: Sequence[OfRun]) -> set[str]:
        """Return those of some runs of which the server has no trace any more.

        The ids of projects begin anew where a server was wiped, so they tell nothing.
        """
        there: set[str] = set()
        try:
            for project, runs in by_project(claimed).items():
                traces = [trace for run in runs for trace in run.traces]
                there |= stored_traces(self.phoenix, self.places[project], traces)
        except ServerError as error:
            # Nothing would be gained by sending: what is left is told by whoever sends next.
            self.notes.append(UNASKED.format(error))
            return set()
        return {run.run_id for run in claimed if not there.issuperset(run.traces)}


def stored_traces(phoenix: Phoenix, place: str, traces: Sequence[str]) -> set[str]:
    """Return those of some traces that a project has; `place` is its id."""
    found: set[str] = set()
    for some in chunks(traces, TRACES_A_QUERY):
        named = ", ".join(f"'{trace}'" for trace in some)
        rows = phoenix.pages(
            f"/v1/projects/{place}/traces",
            filter=f"trace_id in [{named}]",
            limit=TRACES_A_QUERY,
        )
        found |= {row["trace_id"] for row in rows}
    return found
