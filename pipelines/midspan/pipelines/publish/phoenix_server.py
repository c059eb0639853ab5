"""Phoenix as a taker of spans."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import httpx

from midspan.pipelines.publish.exchange import Patience, told
from midspan.pipelines.publish.span_server import Key, Missing, SpanServer, chunks

TRACES_A_QUERY: Final = 50
TRACES_A_PAGE: Final = 100
POLL_SECONDS: Final = 0.5
LONGEST_POLL_SECONDS: Final = 1.0
"""What it is asked takes time from what it stores: the more there is, the more seldom."""


class PhoenixServer(SpanServer):
    """Phoenix: it answers before it stores, so what it has is asked for until it is complete."""

    name = "phoenix"

    def __init__(self, url: str, *, patience: Patience, client: httpx.Client | None = None) -> None:
        """Prepare to ask the server, with a client of its own unless one is given."""
        super().__init__(url, patience=patience, client=client)
        self._identifiers: dict[str, str] = {}

    def present(self, project: str, traces: Sequence[str]) -> set[Key]:
        """Return the spans that the project has of some traces."""
        return {
            key for some in chunks(traces, TRACES_A_QUERY) for key in self._stored(project, some)
        }

    def missing(
        self, project: str, sent: Mapping[str, set[str]], stored: Callable[[int], None]
    ) -> Missing:
        """Return what is not there once nothing new has been stored for a while."""
        found: Missing = {}
        stall, pause = self.patience.stall, POLL_SECONDS
        for traces in chunks(list(sent), TRACES_A_QUERY):
            waiting = {(trace, span) for trace in traces for span in sent[trace]}
            last = self.patience.clock() + stall
            while waiting:
                now = waiting & self._arrived(
                    project, traces, waiting, self.patience.clock() >= last
                )
                waiting -= now
                stored(len(now))
                if now:
                    last = self.patience.clock() + stall
                elif self.patience.clock() >= last:
                    # Phoenix stores in the order of arrival: what follows need not be waited for.
                    stall = 0.0
                    break
                if waiting:
                    self.patience.sleep(pause)
                    pause = min(1.5 * pause, LONGEST_POLL_SECONDS)
            found |= self._reasons(project, waiting)
        return found

    def _arrived(
        self, project: str, traces: Sequence[str], waiting: set[Key], every: bool
    ) -> set[Key]:
        """Return what the project has of some traces once it has the last one; `every`, at once.

        They are stored in the order of arrival, and to be asked about all of them again and again
        would take a busy server's time.
        """
        open_ = {trace for trace, _ in waiting}
        lacking = [trace for trace in traces if trace in open_]
        stored = set() if every else self._stored(project, lacking[-1:])
        return self._stored(project, lacking) if every or stored & waiting else stored

    def _reasons(self, project: str, waiting: set[Key]) -> Missing:
        """Return why each span is not there: another project has its trace, or it was lost."""
        reasons = dict.fromkeys(waiting, "accepted, but never stored; see the log of phoenix")
        if not waiting:
            return reasons
        traces = sorted({trace for trace, _ in waiting})
        for name in self._projects():
            if name != project:
                elsewhere = {trace for trace, _ in self._stored(name, traces)}
                reason = f"its trace is in project {name!r}, and Phoenix does not move traces"
                reasons |= {key: reason for key in waiting if key[0] in elsewhere}
        return reasons

    def _stored(self, project: str, traces: Sequence[str]) -> set[Key]:
        """Return the spans that the project has of these traces."""
        identifier = self._identifier(project)
        if identifier is None:
            return set()
        # By trace: a list of spans comes with all of their attributes, for a quarter of what it
        # costs the server to store them.
        named = ", ".join(f"'{trace}'" for trace in traces)
        query = {
            "filter": f"trace_id in [{named}]",
            "include_spans": "true",
            "limit": TRACES_A_PAGE,
        }
        rows = self._pages(f"/v1/projects/{identifier}/traces", query)
        return {(row["trace_id"], span["span_id"]) for row in rows for span in row["spans"]}

    def _identifier(self, project: str) -> str | None:
        """Return what stands for the project in a path: its id, as names may hold slashes."""
        if project not in self._identifiers:
            self._identifiers = self._projects()
        return self._identifiers.get(project)

    def _projects(self) -> dict[str, str]:
        rows = self._pages("/v1/projects", {"limit": 100})
        return {row["name"]: row["id"] for row in rows}

    def _pages(self, path: str, query: Mapping[str, Any]) -> Iterator[Any]:
        cursor: dict[str, str] = {}
        while True:
            page = told(self.ask("GET", path, params={**query, **cursor}), "data")
            yield from page["data"]
            if not page.get("next_cursor"):
                return
            cursor = {"cursor": page["next_cursor"]}
