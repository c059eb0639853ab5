"""All parts of the Hub together, and what tests look at."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.support.fake_hub.accounts import Account
from tests.support.fake_hub.buckets import Buckets
from tests.support.fake_hub.content import ContentStore
from tests.support.fake_hub.exchange import Answer, Refusal, Request, answer, refused, route
from tests.support.fake_hub.faults import Faults
from tests.support.fake_hub.jobs import Jobs
from tests.support.fake_hub.repositories import Repositories, Repository
from tests.support.fake_hub.runner import Runner
from tests.support.fake_hub.server import HubServer

TOKEN: Final = "hf_of_the_tests"
USER: Final = "me"


class FakeHub:
    """A Hub that runs for as long as a test."""

    def __init__(self, folder: Path) -> None:
        self._home = folder / "client"
        self.accounts: dict[str, Account] = {TOKEN: Account(name=USER)}
        """By token."""
        self.buckets = Buckets(ContentStore(folder / "content"))
        self.repositories = Repositories()
        self.runner = Runner(folder / "jobs", self.buckets, self.repositories)
        self.jobs = Jobs(self.runner.start)
        self.faults = Faults()
        self.crashes: list[Exception] = []
        """Faults of this Hub itself: a test in which there are any fails."""
        self.requests: list[str] = []
        """Method and path of each, in their order."""
        self._routes = [
            route("GET", "/api/whoami-v2", lambda request: answer(request.account.described())),
            *self.jobs.routes(),
            *self.buckets.routes(),
            *self.repositories.routes(),
        ]
        self._server = HubServer(self._respond)
        self._server.who_is = self._who_is

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def environment(self) -> dict[str, str]:
        """Variables that lead a program with the client to this Hub, and nowhere else."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        return {
            **kept,
            "HOME": str(self._home),
            "HF_HOME": str(self._home / "huggingface"),
            "HF_ENDPOINT": self.url,
            "HF_TOKEN": TOKEN,
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "NO_PROXY": "*",
        }

    def add_model(self, name: str, *, sha: str, files: dict[str, bytes] | None = None) -> None:
        self.repositories.stored[f"models/{name}"] = Repository(sha=sha, files=files or {})

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        self.runner.close()
        self._server.shutdown()
        self._server.server_close()

    def _who_is(self, token: str | None) -> Account | None:
        return self.accounts.get(token or "")

    def _respond(self, request: Request) -> Answer:
        self.requests.append(f"{request.method} {request.path}")
        fault = self.faults.take(request)
        if fault is not None and not fault.after:
            return refused(fault.status, fault.message)
        if not request.account.name and request.path != "/api/jobs/hardware":
            return refused(401, "Invalid username or password.")
        try:
            found = self._found(request)
        except Refusal as refusal:
            found = refusal.answer
        except Exception as error:
            self.crashes.append(error)
            return refused(501, f"{type(error).__name__}: {error}")
        return refused(fault.status, fault.message) if fault is not None else found

    def _found(self, request: Request) -> Answer:
        for one in self._routes:
            matched = one.pattern.fullmatch(request.path)
            if matched and one.method == request.method:
                return one.handle(request, *matched.groups())
        return refused(404, f"this Hub knows no {request.method} {request.path}")


@contextmanager
def fake_hub(folder: Path) -> Iterator[FakeHub]:
    """Give a Hub whose files stand in a folder; with it, its jobs end."""
    hub = FakeHub(folder)
    thread = threading.Thread(target=hub.serve)
    thread.start()
    try:
        yield hub
    finally:
        hub.close()
        thread.join()
    if hub.crashes:
        raise ExceptionGroup("the Hub of the tests has faults", hub.crashes)
