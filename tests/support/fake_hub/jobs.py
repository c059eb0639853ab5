"""Jobs: submitted, looked at, listed, followed and cancelled."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any, Final

from tests.support.fake_hub.exchange import Answer, Refusal, Request, Route, answer, route
from tests.support.fake_hub.job import Fate, Job

JOB: Final = r"/api/jobs/([^/]+)/([0-9a-f]{24})"
LABEL: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")

HARDWARE: Final[list[dict[str, Any]]] = [
    {
        "name": "cpu-basic",
        "prettyName": "CPU Basic",
        "cpu": "2 vCPU",
        "ram": "16 GB",
        "ephemeralStorage": "50 GB",
        "accelerator": None,
        "unitCostMicroUSD": 167,
        "unitCostUSD": 0.000167,
        "unitLabel": "minute",
    },
    {
        "name": "a10g-large",
        "prettyName": "Nvidia A10G - large",
        "cpu": "12 vCPU",
        "ram": "46 GB",
        "ephemeralStorage": "110 GB",
        "accelerator": {
            "type": "gpu",
            "model": "A10G",
            "quantity": "1",
            "vram": "24 GB",
            "manufacturer": "Nvidia",
        },
        "unitCostMicroUSD": 25000,
        "unitCostUSD": 0.025,
        "unitLabel": "minute",
    },
]


class Jobs:
    """All jobs, and the answers to what is asked of them."""

    def __init__(self, start: Callable[[Job], None]) -> None:
        self._start = start
        self._lock = threading.Lock()
        self.submitted: list[Job] = []
        self.fates: list[Fate] = []
        """Of the next jobs, in their order."""
        self.credits: int | None = None
        """How many more jobs are paid for; None: any number."""
        self.behind = 0
        """In so many of the next lists the last job is not there yet."""

    def routes(self) -> list[Route]:
        return [
            route("GET", "/api/jobs/hardware", lambda _request: answer(HARDWARE)),
            route("POST", rf"{JOB}/cancel", self._cancel),
            route("GET", rf"{JOB}/logs", self._logs),
            route("GET", JOB, lambda _request, owner, name: answer(self._job(name).described())),
            route("POST", r"/api/jobs/([^/]+)", self._submit),
            route("GET", r"/api/jobs/([^/]+)", self._list),
        ]

    def _submit(self, request: Request, owner: str) -> Answer:
        account, asked = request.account, request.json()
        if not account.may_run_jobs() or owner not in (account.name, *account.organisations):
            raise Refusal(403, f"You don't have the rights to run jobs for {owner}")
        for key, value in (asked.get("labels") or {}).items():
            if not (LABEL.fullmatch(key) and LABEL.fullmatch(value)):
                raise Refusal(400, f"Invalid label {key}={value}")
        if asked["flavor"] not in [one["name"] for one in HARDWARE]:
            raise Refusal(400, f"Invalid flavor {asked['flavor']}")
        with self._lock:
            if self.credits is not None:
                if not self.credits:
                    raise Refusal(402, "Pre-paid credit balance is insufficient")
                self.credits -= 1
            fate = self.fates.pop(0) if self.fates else Fate()
            number = f"{len(self.submitted) + 1:024x}"
            job = Job(id=number, owner=owner, asked=asked, fate=fate)
            self.submitted.append(job)
        self._start(job)
        return answer(job.described())

    def _list(self, request: Request, owner: str) -> Answer:
        wanted = [one.partition("=")[::2] for one in request.query.get("label", [])]
        stages = request.query.get("stage")
        shown = self.submitted
        if shown and self.behind:
            self.behind -= 1
            shown = shown[:-1]
        return answer(
            [
                job.described()
                for job in reversed(shown)
                if job.owner == owner
                and all(job.labels.get(key) == value for key, value in wanted)
                and (stages is None or job.stage in stages)
            ]
        )

    def _cancel(self, request: Request, owner: str, name: str) -> Answer:
        job = self._job(name)
        if job.is_over:
            raise Refusal(400, f"Job is already {job.stage}")
        job.wanted.set()
        return answer({})

    def _logs(self, request: Request, owner: str, name: str) -> Answer:
        job, tail = self._job(name), request.query.get("tail")
        return _events(
            {"timestamp": "2026-01-01T00:00:00.000Z", "data": line}
            for line in job.followed(int(tail[0]) if tail else None)
        )

    def _job(self, name: str) -> Job:
        found = next((job for job in self.submitted if job.id == name), None)
        if found is None:
            raise Refusal(404, "Job not found")
        return found


def _events(values: Iterator[dict[str, Any]]) -> Answer:
    lines = (b"data: " + json.dumps(value).encode() + b"\n\n" for value in values)
    return Answer(headers={"Content-Type": "text/event-stream"}, events=lines)
