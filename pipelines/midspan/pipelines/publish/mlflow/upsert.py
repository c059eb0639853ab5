"""Assessments into MLflow: all of a trace in one request, else one by one.

The request that takes all of them is one that MLflow's own client makes for other ends. So the
first trace is a test of it: read back, it must have what was sent, and its times as they were.
"""

import threading
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import quote

import httpx

from midspan.pipelines.publish.mlflow.api import Api, Refused
from midspan.pipelines.publish.mlflow.assessments import Json, Wish
from midspan.pipelines.publish.mlflow.changes import (
    Change,
    blanked,
    change,
    duration_ms,
    milliseconds,
    shows,
)

TRACES_A_QUERY: Final = 100
_UPDATED: Final = "assessmentName,feedback,rationale,metadata"
"""In camel case, or MLflow answers that all is well and changes nothing."""

_NO_SUCH_CALL: Final = frozenset(
    {
        httpx.codes.BAD_REQUEST,
        httpx.codes.NOT_FOUND,
        httpx.codes.METHOD_NOT_ALLOWED,
        httpx.codes.UNPROCESSABLE_ENTITY,
        httpx.codes.NOT_IMPLEMENTED,
    }
)

FALLEN_BACK: Final = (
    "this MLflow does not take a trace's assessments in one request ({}), so they were sent one by "
    "one; rows of its comparison may not pair, since only that request names them"
)


class Brought(NamedTuple):
    """A trace as the server has it now, and how many stale assessments were removed."""

    trace: Json
    removed: int


class Upsert:
    """Brings traces to what is wished for; safe to use from several threads."""

    def __init__(self, api: Api) -> None:
        """Know the server; nothing is asked yet."""
        self._api = api
        self._tested = threading.Lock()
        self._bulk: bool | None = None
        self.note: str | None = None
        """What is to be told, where the one request is not taken."""

    def stored(self, traces: list[str]) -> dict[str, Json]:
        """Return what the server has of some traces, by id."""
        found: dict[str, Json] = {}
        for start in range(0, len(traces), TRACES_A_QUERY):
            body = {"trace_ids": traces[start : start + TRACES_A_QUERY]}
            answer = self._api.post("/api/3.0/mlflow/traces/batchGetInfos", body)
            found |= {info["trace_id"]: info for info in answer.get("trace_infos", ())}
        return found

    def bring(self, wish: Wish, stored: Json, *, now_ms: int) -> Brought:
        """Make a trace as it is wished for, and return what it is then, as the server says.

        Raises what the server refuses.
        """
        wanted, now = change(wish, stored, now_ms=now_ms), stored
        if wanted.trace_info is not None:
            if self._takes_all(wish, stored, wanted):
                now = self._send_all(wish, stored, wanted, now_ms=now_ms)
            else:
                now = self._send_each(wish, stored, now_ms=now_ms)
        if wanted.overridden:
            self._update(wish, stored, wanted.overridden)
            now = self._one(wish)
        for number in wanted.stale:
            self._api.delete(_path(wish.trace, number))
        left = [a for a in now.get("assessments", ()) if a["assessment_id"] not in wanted.stale]
        return Brought({**now, "assessments": left}, removed=len(wanted.stale))

    def _takes_all(self, wish: Wish, stored: Json, wanted: Change) -> bool:
        """Return whether one request does for all; the first trace that needs one is the test."""
        if self._bulk is None:
            with self._tested:
                if self._bulk is None:
                    why = self._fault(wish, stored, wanted)
                    self._bulk = why is None
                    self.note = FALLEN_BACK.format(why) if why else None
        return self._bulk is True

    def _fault(self, wish: Wish, stored: Json, wanted: Change) -> str | None:
        """Return what is wrong with the one request; None where it does what it is to do."""
        try:
            self._post(wanted)
        except Refused as error:
            if error.status in _NO_SUCH_CALL:
                return str(error)
            raise
        now = self._one(wish)
        expected = dict(wanted.trace_info or {}, assessments=())
        if not _same_times(now, expected):
            return "it changed the times of a trace"
        wished = [one["assessment_id"] for one in (*wanted.new, *wanted.changed)]
        there = {one["assessment_id"] for one in now.get("assessments", ())}
        before = {one["assessment_id"] for one in stored.get("assessments", ())}
        if not there.issuperset(wished) or not there.issuperset(before):
            return "it did not keep every assessment"
        return None if shows(wish, now) else "it did not change what the trace shows"

    def _send_all(self, wish: Wish, stored: Json, wanted: Change, *, now_ms: int) -> Json:
        """Return the trace as the server has it after the one request: the answer says."""
        try:
            return self._post(wanted)
        except Refused as error:
            if error.status not in _NO_SUCH_CALL:
                raise
            # One assessment that is refused fails the request: by itself the others get through.
            return self._send_each(wish, stored, now_ms=now_ms)

    def _post(self, wanted: Change) -> Json:
        body = {"trace": {"trace_info": wanted.trace_info}}
        answer = self._api.post("/api/3.0/mlflow/traces", body)
        found: Json = answer.get("trace", {}).get("trace_info", {})
        return found

    def _send_each(self, wish: Wish, stored: Json, *, now_ms: int) -> Json:
        """Send assessments one by one; the first that is refused is raised after the others."""
        stored = self._one(wish) or stored
        wanted = change(wish, stored, now_ms=now_ms)
        refused: Refused | None = None
        for one in wanted.new:
            try:
                self._api.post(_path(wish.trace), {"assessment": one})
            except Refused as error:
                refused = refused or error
        try:
            self._update(wish, stored, wanted.changed)
        except Refused as error:
            refused = refused or error
        if refused is not None:
            raise refused
        return self._one(wish)

    def _one(self, wish: Wish) -> Json:
        return self.stored([wish.trace]).get(wish.trace, {})

    def _update(self, wish: Wish, stored: Json, changed: Sequence[Json]) -> None:
        """Change assessments one by one, which keeps what people made of them."""
        there = {one["assessment_id"]: one for one in stored.get("assessments", ())}
        refused: Refused | None = None
        for one in changed:
            whole = blanked(one, there[one["assessment_id"]])
            body = {"assessment": whole, "update_mask": _UPDATED}
            try:
                self._api.patch(_path(wish.trace, one["assessment_id"]), body)
            except Refused as error:
                refused = refused or error
        if refused is not None:
            raise refused


def _same_times(one: Json, other: Json) -> bool:
    return bool(one) and (
        milliseconds(one["request_time"]),
        duration_ms(one.get("execution_duration")),
    ) == (milliseconds(other["request_time"]), duration_ms(other.get("execution_duration")))


def _path(trace: str, number: str | None = None) -> str:
    path = f"/api/3.0/mlflow/traces/{quote(trace, safe='')}/assessments"
    return path if number is None else f"{path}/{quote(number, safe='')}"
