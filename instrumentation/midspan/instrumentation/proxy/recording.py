"""Turns what passed into spans, one exchange after the other."""

import contextvars
import time
from collections import OrderedDict
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final

from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from midspan.instrumentation.context import run as run_block
from midspan.instrumentation.losses import log_once
from midspan.instrumentation.proxy.answers import Written
from midspan.instrumentation.proxy.closing import Closing
from midspan.instrumentation.proxy.exchange import EndOfRun, Exchange, Passed
from midspan.instrumentation.proxy.joining import Joining
from midspan.instrumentation.proxy.outcome import Outcome, outcome_of
from midspan.instrumentation.proxy.pending import Pending, PendingCalls
from midspan.instrumentation.proxy.root import Root
from midspan.instrumentation.proxy.settings import ProxySettings
from midspan.instrumentation.proxy.steps import llm_step, tool_step
from midspan.instrumentation.proxy.telemetry import Telemetries
from midspan.instrumentation.proxy.wire import Asked, read_request
from midspan.instrumentation.proxy.wire.asked import Json, first_message, items_of
from midspan.instrumentation.proxy.wire.chat import words_of_reply
from midspan.instrumentation.proxy.wire.reading import Unreadable
from midspan.instrumentation.run_context import RunContext, normalised_run_id

RUNS_AT_MOST: Final = 1000


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many exchanges were recorded, how many could not be, and spans that no file took."""

    recorded: int
    lost: int
    unwritten: int = 0


@dataclass(kw_only=True)
class _OpenRun:
    frame: contextvars.Context
    block: AbstractContextManager[RunContext]
    experiment: str | None
    root: Root | None = None
    pending: PendingCalls = field(default_factory=PendingCalls)
    used: float = 0.0


class Recording:
    """The runs that are open, and what is known of each."""

    def __init__(self, settings: ProxySettings) -> None:
        """Begin without any."""
        self._settings = settings
        self._telemetries = Telemetries(settings)
        self._provider = settings.provider or settings.upstream.provider
        self._joining = Joining(settings.run)
        self._runs: OrderedDict[tuple[str | None, int], _OpenRun] = OrderedDict()
        self._recorded = 0
        self._lost = 0
        self._unwritten: dict[str, int] = {}

    @property
    def tally(self) -> Tally:
        """Return the counts so far."""
        unwritten = sum(self._unwritten.values())
        return Tally(recorded=self._recorded, lost=self._lost, unwritten=unwritten)

    def take(self, exchange: Passed) -> Written | None:
        """Record an exchange, one that cannot be is counted; or end a run, and tell of it."""
        if isinstance(exchange, EndOfRun):
            return self._end_run(exchange)
        try:
            self._record(exchange)
            self._recorded += 1
        except Exception as error:
            self._lost += 1
            log_once("an exchange", error)
        finally:
            exchange.release()
        return None

    def _end_run(self, end: EndOfRun) -> Written:
        run_id = normalised_run_id(end.run)
        closed = [self._close_run(key, end.closing) for key in list(self._runs) if key[0] == run_id]
        return Written(
            spans_written=sum(each.spans_written for each in closed),
            spans_lost=sum(each.spans_lost for each in closed),
            noted=any(each.noted for each in closed),
        )

    def _record(self, exchange: Exchange) -> None:
        asked, problem = self._asked(exchange)
        outcome = outcome_of(exchange, most=self._settings.body_bytes, request_problem=problem)
        context = self._joining.run_of(exchange, asked)
        run = self._open(context)
        run.frame.run(self._steps, exchange, asked, outcome, context, run)
        reply = words_of_reply(_as_the_client_got_it(exchange, outcome.completion))
        response_id = outcome.completion.get("id")
        self._joining.remember(
            context, asked, reply, response_id if isinstance(response_id, str) else None
        )

    def _asked(self, exchange: Exchange) -> tuple[Asked, str | None]:
        body = exchange.request.whole()
        if body is None:
            problem = f"its body of {exchange.request.size:,} bytes could not be kept"
            return Asked(model=""), problem
        try:
            asked = read_request(
                exchange.api,
                body,
                coding=exchange.request_coding,
                most=self._settings.body_bytes,
            )
        except Unreadable as error:
            return Asked(model=""), str(error)
        return asked, None

    def _steps(
        self,
        exchange: Exchange,
        asked: Asked,
        outcome: Outcome,
        context: RunContext,
        run: "_OpenRun",
    ) -> None:
        tracer_provider = self._telemetries.of(context.experiment)
        wanted = self._settings.tool_spans
        traced = "traceparent" in exchange.headers
        if wanted == "always" or (wanted == "auto" and not traced):
            for call, result in run.pending.told(asked.results):
                tool_step(
                    call, result, until_ns=exchange.started_ns, tracer_provider=tracer_provider
                )
        if traced:
            inside = TraceContextTextMapPropagator().extract(exchange.headers, Context())
        else:
            run.root = run.root or Root.begin(self._telemetries.ids.promise(), exchange, asked)
            run.root.note(exchange, outcome)
            inside = run.root.context()
        llm_step(
            exchange,
            asked,
            outcome,
            inside=inside,
            provider=self._provider,
            tracer_provider=tracer_provider,
        )
        _wait_for_results(run.pending, exchange, outcome, inside)

    def _open(self, context: RunContext) -> _OpenRun:
        key = (context.run_id, context.launch)
        run = self._runs.get(key)
        if run is None:
            frame = contextvars.copy_context()
            run = self._runs[key] = _OpenRun(
                frame=frame, block=run_block(context), experiment=context.experiment
            )
            frame.run(run.block.__enter__)
        run.used = time.monotonic()
        self._runs.move_to_end(key)
        if len(self._runs) > RUNS_AT_MOST:
            self._close_run(next(iter(self._runs)))
        return run

    def close_idle(self) -> None:
        """Close the files of runs that nothing has been heard of for long."""
        idle_since = time.monotonic() - self._settings.idle_seconds
        for key in [key for key, run in self._runs.items() if run.used < idle_since]:
            self._close_run(key)

    def close(self) -> None:
        """Close all files, and send what waits to be sent."""
        while self._runs:
            self._close_run(next(iter(self._runs)))
        self._telemetries.shutdown()

    def _close_run(self, key: tuple[str | None, int], closing: Closing | None = None) -> Written:
        run = self._runs.pop(key)
        noted = False
        if run.root is not None:
            try:
                run.frame.run(self._write_root, run.root, run.experiment, closing or Closing())
                noted = True
            except Exception as error:
                log_once("a run", error)
        run.frame.run(run.block.__exit__, None, None, None)
        run_id, launch = str(key[0]), key[1]
        report = self._telemetries.report(run_id, launch, run.experiment)
        if report.lost:
            self._unwritten[run_id] = report.lost
        return Written(spans_written=report.written, spans_lost=report.lost, noted=noted)

    def _write_root(self, root: Root, experiment: str | None, closing: Closing) -> None:
        root.write(
            self._telemetries.ids,
            closing,
            provider=self._provider,
            tracer_provider=self._telemetries.of(experiment),
        )


def _wait_for_results(
    pending: PendingCalls, exchange: Exchange, outcome: Outcome, inside: Context
) -> None:
    message = first_message(_as_the_client_got_it(exchange, outcome.completion))
    for call in items_of(message.get("tool_calls")):
        function = call.get("function") or {}
        if isinstance(call.get("id"), str):
            arguments, name = function.get("arguments"), function.get("name")
            made = Pending(
                name=str(name),
                arguments=arguments if isinstance(arguments, str) else "",
                inside=inside,
                emitted_ns=exchange.ended_ns,
            )
            pending.add(call["id"], made)


def _as_the_client_got_it(exchange: Exchange, completion: Json) -> Json:
    """Return the completion with the calls that were translated on the way."""
    translated = exchange.translation.calls
    if not translated:
        return completion
    calls = [call.native() for call in translated]
    return completion | {"choices": [{"message": {"tool_calls": calls}}]}
