"""The recording proxies of a worker: a process for each endpoint and key."""

import http.client
import json
import secrets
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from midspan.instrumentation import RunContext
from midspan.instrumentation.proxy.answers import Written
from midspan.scorers.errors import SurroundingsError

START_SECONDS: Final = 60.0
ANSWER_SECONDS: Final = 60.0
END_SECONDS: Final = 40.0
COMMAND: Final = (
    "import sys; from midspan.instrumentation.dispatch import main; sys.exit(main(sys.argv[1:]))"
)


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """Where a proxy passes requests on to."""

    endpoint: str
    key_env: str | None = None
    resource: str = ""
    """What stands on all of its spans, as OTEL_RESOURCE_ATTRIBUTES has it."""


class ProxyGoneError(Exception):
    """A proxy that does not answer any more."""


class Proxy:
    """One proxy; its end is that of the worker, however that comes."""

    def __init__(
        self,
        upstream: Upstream,
        *,
        key: str | None,
        spool: Path,
        log: Path,
        variables: Mapping[str, str],
    ) -> None:
        """Start it, and wait until it takes requests."""
        self._upstream = upstream
        self._token = secrets.token_urlsafe(24)
        self._log = log
        self._failed = False
        with _handed(self._token) as token, _handed(key or "") as held:
            words = ["--upstream", upstream.endpoint, "--port", "0", "--spool", str(spool)]
            words += ["--token-file", f"/dev/fd/{token.fileno()}", "--until-eof"]
            words += ["--key-file", f"/dev/fd/{held.fileno()}"] if key else []
            with log.open("ab") as errors:
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-c", COMMAND, "proxy", *words],
                    env={**variables, "OTEL_RESOURCE_ATTRIBUTES": upstream.resource},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    pass_fds=[token.fileno(), *([held.fileno()] if key else [])],
                    start_new_session=True,
                )
        self._address = self._ready()

    @property
    def is_usable(self) -> bool:
        """Return whether it still runs, and has not failed to do what it is for."""
        return self._process.poll() is None and not self._failed

    def base_url(self, run_id: str) -> str:
        """Return what the agent of a run takes for its model's address."""
        return f"http://{self._address}/run/{run_id}/v1"

    def begin(
        self, context: RunContext, *, sampling: Mapping[str, Any], token: str, record: bool
    ) -> None:
        """Tell it of a run."""
        names = ("experiment", "task", "model", "revision", "tier", "trial", "harness", "launch")
        told = {name: getattr(context, name) for name in names}
        told = {name: value for name, value in told.items() if value is not None}
        body = {**told, "sampling": dict(sampling), "token": token, "record": record}
        self._ask("PUT", str(context.run_id), body)

    def end(self, run_id: str, told: Mapping[str, Any]) -> Written:
        """Tell it that a run is over; its file is closed then."""
        return Written(**json.loads(self._ask("DELETE", run_id, told)))

    def close(self) -> None:
        """Have it write what has passed, and end."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(END_SECONDS)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _ready(self) -> str:
        assert self._process.stdout is not None
        waiting = select.poll()
        waiting.register(self._process.stdout, select.POLLIN | select.POLLHUP)
        line = self._process.stdout.readline() if waiting.poll(START_SECONDS * 1000) else b""
        if not line:
            self.close()
            tail = self._log.read_text(errors="replace").strip()[-2000:]
            raise SurroundingsError(
                f"the proxy before {self._upstream.endpoint} did not start: {tail or 'no word'}",
                fix=f"Its log: {self._log}",
            )
        return line.decode().strip().removeprefix("http://").removesuffix("/v1")

    def _ask(self, method: str, run_id: str, body: Mapping[str, Any]) -> bytes:
        connection = http.client.HTTPConnection(self._address, timeout=ANSWER_SECONDS)
        try:
            connection.request(
                method,
                f"/run/{run_id}",
                json.dumps(body),
                {"x-midspan-token": self._token, "content-type": "application/json"},
            )
            answer = connection.getresponse()
            data = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._failed = True
            raise ProxyGoneError(f"the proxy before {self._upstream.endpoint}: {error}") from error
        finally:
            connection.close()
        if answer.status >= 300:
            # It may be there and record nothing: the process that does may have been killed.
            self._failed = answer.status >= 500
            said = data.decode(errors="replace")[:500]
            raise ProxyGoneError(f"the proxy before {self._upstream.endpoint} refused: {said}")
        return data


class Proxies:
    """The proxies that are needed, each started with the first run that needs it."""

    def __init__(
        self, *, keys: Mapping[str, str], spool: Path, logs: Path, variables: Mapping[str, str]
    ) -> None:
        """Start none yet."""
        self._keys = keys
        self._spool = spool
        self._logs = logs
        self._variables = variables
        self._running: dict[Upstream, Proxy] = {}
        self._replaced: list[Proxy] = []
        self._lock = threading.Lock()
        self._started = 0

    def before(self, upstream: Upstream) -> Proxy:
        """Return the proxy before an upstream; one that has gone is replaced."""
        with self._lock:
            proxy = self._running.get(upstream)
            if proxy is None or not proxy.is_usable:
                if proxy is not None:
                    # Other runs may still go through it.
                    self._replaced.append(proxy)
                proxy = self._running[upstream] = self._start(upstream)
            return proxy

    def begun(self, upstream: Upstream, context: RunContext, **told: Any) -> Proxy:
        """Return the proxy before an upstream once it knows of a run, as `Proxy.begin` takes it."""
        proxy = self.before(upstream)
        try:
            proxy.begin(context, **told)
        except ProxyGoneError:
            if proxy.is_usable:
                raise
            proxy = self.before(upstream)
            proxy.begin(context, **told)
        return proxy

    def close(self) -> None:
        """End all of them."""
        with self._lock:
            running, self._running = [*self._running.values(), *self._replaced], {}
            self._replaced = []
        for proxy in running:
            proxy.close()

    def _start(self, upstream: Upstream) -> Proxy:
        key = None
        if upstream.key_env is not None:
            key = self._keys.get(upstream.key_env)
            if not key:
                raise SurroundingsError(
                    f"{upstream.endpoint} needs the key in {upstream.key_env}, which is not set",
                    fix=f"export {upstream.key_env}=...",
                )
        self._started += 1
        log = self._logs / f"proxy-{time.strftime('%Y%m%dT%H%M%S')}-{self._started}.log"
        return Proxy(upstream, key=key, spool=self._spool, log=log, variables=self._variables)


def _handed(secret: str) -> socket.socket:
    """Return a descriptor that gives a secret once. Unlike a pipe's, nobody opens it by a path."""
    ours, theirs = socket.socketpair()
    with ours:
        ours.sendall(secret.encode())
    return theirs
