"""Calls that the model has made and whose results have not been told yet."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from opentelemetry.context import Context

from midspan.instrumentation.proxy.wire import ToolResult

WAITING_AT_MOST: Final = 1000


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A call, when the reply that made it came, and in which context."""

    name: str
    arguments: str
    inside: Context
    emitted_ns: int


class PendingCalls:
    """The calls of one run by their ids; each is told of once, however often it is repeated."""

    def __init__(self) -> None:
        """Begin with none."""
        self._calls: OrderedDict[str, Pending] = OrderedDict()

    def add(self, call_id: str, call: Pending) -> None:
        """Wait for the result of a call; of equal ids the latest counts."""
        self._calls[call_id] = call
        self._calls.move_to_end(call_id)
        if len(self._calls) > WAITING_AT_MOST:
            self._calls.popitem(last=False)

    def told(self, results: Sequence[ToolResult]) -> Iterator[tuple[Pending, ToolResult]]:
        """Yield the calls that these are the results of."""
        for result in results:
            call = self._calls.pop(result.call_id, None)
            if call is not None:
                yield call, result
