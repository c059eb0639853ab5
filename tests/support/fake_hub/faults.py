"""What goes wrong on purpose, as many times as it is told to."""

import re
import threading
from dataclasses import dataclass, field
from typing import Final

from tests.support.fake_hub.exchange import Request

SUBMIT: Final = r"POST /api/jobs/[^/]+"
INSPECT: Final = r"GET /api/jobs/[^/]+/[0-9a-f]{24}"
LIST_FILES: Final = r"GET /api/buckets/[^/]+/[^/]+/tree.*"
WRITE_FILES: Final = r"POST /api/buckets/[^/]+/[^/]+/batch"


@dataclass(kw_only=True)
class Fault:
    """An answer in place of the true one."""

    on: str
    """Pattern of "METHOD /path"."""
    status: int
    message: str = "the Hub stumbled"
    times: int = 1
    after: bool = False
    """The request is carried out, and only its answer is lost."""
    spared: int = 0
    """So many requests are answered before the first that meets it."""
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.times


class Faults:
    """The faults that are still to come, in the order they were told."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def take(self, request: Request) -> Fault | None:
        """Return the fault that this request meets, which is then one less."""
        asked = f"{request.method} {request.path}"
        with self._lock:
            for fault in self._faults:
                if not (fault.left and re.fullmatch(fault.on, asked)):
                    continue
                if fault.spared:
                    fault.spared -= 1
                    continue
                fault.left -= 1
                return fault
        return None
