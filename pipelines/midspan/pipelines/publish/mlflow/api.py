"""MLflow's REST API: questions asked with patience, and refusals that say what was refused.

Plain requests and not MLflow's own client: that one has no bulk call for assessments, takes seconds
to import, and brings a web framework and a database driver's worth of packages.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import httpx

from midspan.instrumentation import environment
from midspan.pipelines.publish.exchange import GaveUp, ServerError, refusal, require_reachable
from midspan.pipelines.publish.span_server import TRIES, tried
from midspan.pipelines.publish.target import Target
from midspan.scorers.errors import SurroundingsError

OLDEST: Final = (3, 6)
"""The first MLflow that takes spans by OTLP and feedback on them."""

EXPERIMENT_TAGS: Final = ({"key": "mlflow.experimentKind", "value": "genai_development"},)
_VERSION: Final = re.compile(r"(\d+)\.(\d+)")
_NOT_ALLOWED: Final = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN})
_PIECE: Final = 1 << 20
_FAILURES_BORNE: Final = 5
"""Internal errors in a row after which a server is left alone: its disk may be full."""


class Refused(ServerError):
    """The server answered a request with an error, or with what is no answer to it."""

    def __init__(self, answer: httpx.Response) -> None:
        """Keep the status, MLflow's own word for it, and what the server said."""
        super().__init__(f"MLflow answered {refusal(answer)}")
        self.status = answer.status_code
        try:
            self.code = str(answer.json().get("error_code", ""))
        except (ValueError, AttributeError):
            self.code = ""


class Gone(GaveUp):
    """The server does not answer any more, or answers nothing but errors."""


class Place(NamedTuple):
    """An experiment as the server knows it; the time tells it from one that had its number."""

    experiment: str
    made_ms: int

    def __str__(self) -> str:
        return f"{self.experiment}@{self.made_ms}"


class Api:
    """A server that is asked. Use it as a context manager, which checks that it is there."""

    def __init__(self, target: Target, *, dry: bool = False) -> None:
        """Know the address; nothing is asked before the block begins.

        A `dry` one only reads, and bears that nobody answers: then it is `away`.
        """
        self.target = target
        self.url = target.url.rstrip("/")
        self.client = target.client()
        self.away = False
        self._dry = dry
        self._failures = 0
        self._answered = False
        self._gone: str | None = None

    def __enter__(self) -> "Api":
        try:
            self.away = self._dry and not self._answers()
            if not self.away:
                require_reachable(self.client, "mlflow", "/health", patience=self.target.patience)
                self._require_recent()
        except BaseException:
            self.client.close()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.client.close()

    def get(self, path: str, query: Mapping[str, Any], *fields: str) -> Any:
        """Return the answer to a question, which has these fields."""
        return self._json("GET", path, fields, params=query)

    def post(self, path: str, body: Mapping[str, Any], *fields: str) -> Any:
        """Return the answer to a request, which has these fields."""
        return self._json("POST", path, fields, json=body)

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the answer to a change."""
        return self._json("PATCH", path, json=body)

    def delete(self, path: str) -> Any:
        """Return the answer to a removal."""
        return self._json("DELETE", path)

    def put(self, path: str, file: Path) -> None:
        """Store a file under a path, whose parts may hold any character."""
        headers = {"content-length": str(file.stat().st_size)}
        self._asked(lambda: self.client.put(quote(path), content=_read(file), headers=headers))

    def pages(self, path: str, body: Mapping[str, Any], field: str) -> Iterator[Any]:
        """Yield the rows of a search, page by page."""
        token: dict[str, str] = {}
        while True:
            found = self.post(path, {**body, **token})
            yield from found.get(field, ())
            if not found.get("next_page_token"):
                return
            token = {"page_token": found["next_page_token"]}

    def place(self, name: str, *, make: bool = True) -> Place | None:
        """Return the experiment of a name, made now where there is none; None: it is not there."""
        if self.away:
            return None
        try:
            query = {"experiment_name": name}
            found = self.get("/api/2.0/mlflow/experiments/get-by-name", query, "experiment")
        except Refused as error:
            if error.status != httpx.codes.NOT_FOUND:
                raise
            return self._made(name) if make else None
        experiment = found["experiment"]
        number = str(experiment["experiment_id"])
        if experiment["lifecycle_stage"] == "deleted":
            raise SurroundingsError(
                f"experiment {name!r} was deleted in MLflow, and keeps its name",
                fix=f"Bring it back: mlflow experiments restore --experiment-id {number}",
            )
        return Place(number, int(experiment.get("creation_time", 0)))

    def _made(self, name: str) -> Place | None:
        body = {"name": name, "tags": list(EXPERIMENT_TAGS)}
        try:
            self.post("/api/2.0/mlflow/experiments/create", body)
        except Refused as error:
            # Somebody else has made it meanwhile: then it is there now.
            if error.code != "RESOURCE_ALREADY_EXISTS":
                raise
        return self.place(name, make=False)

    def name_of(self, experiment: str) -> str:
        """Return the name of an experiment."""
        query = {"experiment_id": experiment}
        found = self.get("/api/2.0/mlflow/experiments/get", query, "experiment")
        return str(found["experiment"]["name"])

    def _answers(self) -> bool:
        try:
            return self.client.get("/health", timeout=10).is_success
        except (httpx.RequestError, httpx.InvalidURL):
            return False

    def _json(self, method: str, path: str, fields: Sequence[str] = (), **request: Any) -> Any:
        # What stands between may cut an answer off, or give one of its own: it is asked again.
        for _ in range(TRIES - 1):
            try:
                return self._asked(lambda: self.client.request(method, path, **request), fields)
            except Refused as error:
                if not httpx.codes.is_success(error.status):
                    raise
                self.target.patience.sleep(self.target.patience.first_wait)
        return self._asked(lambda: self.client.request(method, path, **request), fields)

    def _asked(self, ask: Callable[[], httpx.Response], fields: Sequence[str] = ()) -> Any:
        if self._gone is not None:
            raise Gone(self._gone)
        try:
            answer = tried(ask, patience=self.target.patience)
        except GaveUp as error:
            self._gone = f"mlflow gave no answer ({error})"
            raise Gone(self._gone) from error
        if answer.status_code in _NOT_ALLOWED:
            raise self._not_allowed(refusal(answer))
        self._answered = True
        if answer.is_success:
            self._failures = 0
            return _read_json(answer, fields)
        refused = Refused(answer)
        if answer.is_server_error:
            self._failures += 1
            if self._failures >= _FAILURES_BORNE:
                self._gone = f"{refused}, {_FAILURES_BORNE} times in a row"
        raise refused

    def _not_allowed(self, said: str) -> Exception:
        """Return the error for a token that is not taken; once something was, a report is due."""
        if self._answered:
            self._gone = f"mlflow refuses: {said}"
            return Gone(self._gone)
        return SurroundingsError(
            f"mlflow at {self.url} refuses: {said}",
            fix=f"Put a token that may write into {environment.MLFLOW_TOKEN}, or user and "
            "password into MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.",
        )

    def _require_recent(self) -> None:
        """Raise for a server that is too old; one that does not tell is taken as it is."""
        try:
            answer = self.client.get("/version")
        except httpx.RequestError:
            return
        found = _VERSION.match(answer.text.strip()) if answer.is_success else None
        if found is not None and (int(found[1]), int(found[2])) < OLDEST:
            oldest = ".".join(map(str, OLDEST))
            raise SurroundingsError(
                f"mlflow at {self.url} is {answer.text.strip()}, and takes no spans yet",
                fix=f"Bring it to {oldest} or newer; midspan is tested with 3.17.2.",
            )


def _read_json(answer: httpx.Response, fields: Sequence[str]) -> Any:
    """Return what an answer says; pages of another server are no answer."""
    try:
        found = answer.json() if answer.content.strip() else {}
    except ValueError as error:
        raise Refused(answer) from error
    if not isinstance(found, dict) or any(name not in found for name in fields):
        raise Refused(answer)
    return found


def _read(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while piece := content.read(_PIECE):
            yield piece
