"""What a step costs the agent: beside a plain OpenTelemetry span with the same attributes.

The plain span is given text that is ready, so its time is what no instrumentation can be without.
"""

import json
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from measuring import in_turns, machine
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.trace import SpanKind, StatusCode

from midspan.instrumentation import Usage, llm_call, run, setup, tool_call
from midspan.instrumentation.capture import Capture
from midspan.instrumentation.capture.sieve import Sieve
from midspan.instrumentation.capture.spans import SpanSieve
from midspan.instrumentation.redaction import Redaction

STEPS = 2000
ROUNDS = 9
WORDS = "The order was placed in March, and the parcel left the store on the next working day. "
MESSAGES = [
    {"role": "system", "content": WORDS * 6},
    *[{"role": "user", "content": WORDS * 5}, {"role": "assistant", "content": WORDS * 3}] * 3,
]
ARGUMENTS = {"order_id": "ORD-1042", "note": WORDS * 11, "lines": [{"sku": "A-7", "count": 2}] * 3}


class Kept(SpanProcessor):
    """Holds the last span, and does nothing with it."""

    last: ReadableSpan | None = None

    def on_end(self, span: ReadableSpan) -> None:
        """Keep the span."""
        self.last = span


def provider(*processors: SpanProcessor) -> TracerProvider:
    """Return a tracer provider of its own."""
    made = TracerProvider(resource=Resource({"service.name": "shop"}), shutdown_on_exit=False)
    for processor in processors:
        made.add_span_processor(processor)
    return made


def llm_step(to: TracerProvider) -> None:
    """Record one model call, with a chat of 3 KB."""
    with llm_call(
        "gpt-4.1-mini", provider="openai", messages=MESSAGES, temperature=0, tracer_provider=to
    ) as step:
        step.record_response(
            WORDS, finish_reason="stop", usage=Usage(input=700, output=30), response_id="r-1"
        )


def tool_step(to: TracerProvider) -> None:
    """Record one tool call, with arguments of 1 KB."""
    with tool_call("lookup_order", arguments=ARGUMENTS, call_id="c-1", tracer_provider=to) as step:
        step.record_result({"total": 39.0})


def plain(to: TracerProvider, name: str, attributes: Mapping[str, Any]) -> Callable[[], None]:
    """Return a step of OpenTelemetry's own, with attributes that are ready."""
    tracer = to.get_tracer("plain", "1")

    def step() -> None:
        with tracer.start_as_current_span(name, kind=SpanKind.CLIENT, attributes=attributes) as s:
            s.set_status(StatusCode.OK)

    return step


def many(step: Callable[[], object]) -> Callable[[], None]:
    """Return what takes a step many times."""

    def steps() -> None:
        for _ in range(STEPS):
            step()

    return steps


def microseconds(*steps: Callable[[], object]) -> list[float]:
    """Return the CPU time of each step."""
    return [seconds / STEPS * 1e6 for seconds in in_turns(ROUNDS, *map(many, steps))]


def show_handlers() -> None:
    """Print what a step costs where spans are only handed on."""
    kept = Kept()
    to = provider(kept)
    print(f"{'':28}{'plain':>9}{'midspan':>9}{'ratio':>8}{'attributes':>12}{'text':>9}")
    for name, step in {"model call": llm_step, "tool call": tool_step}.items():
        step(to)
        assert kept.last is not None
        attributes = dict(kept.last.attributes or {})
        size = len(json.dumps(attributes))
        bare, ours = microseconds(plain(to, kept.last.name, attributes), partial(step, to))
        told = f"{bare:7.1f}us{ours:7.1f}us{ours / bare:8.2f}{len(attributes):12}{size:7,} B"
        print(f"{name:28}{told}")


def show_spool(folder: Path) -> None:
    """The agent waits for the spool: the line is in the file when the step is over."""
    to = provider()
    telemetry = setup(tracer_provider=to, spool=folder)
    off = provider()
    other = setup(tracer_provider=off, spool=folder / "off", capture=Capture(redact=False))
    print(f"\n{'with a spool':28}{'redacted':>9}{'not':>9}")
    for name, step in {"model call": llm_step, "tool call": tool_step}.items():
        with run(experiment="bench"):
            redacted, bare = microseconds(partial(step, to), partial(step, off))
        print(f"{name:28}{redacted:7.1f}us{bare:7.1f}us")
    telemetry.shutdown()
    other.shutdown()


def show_redaction() -> None:
    """Print what looking for secrets costs."""
    redact = Redaction()
    text = json.dumps(MESSAGES)
    secret = text + ' {"api_key": "sk-proj-abcdefgh12345678"}'
    sieve = Sieve(Capture())
    kept = Kept()
    to = provider(kept)
    to.get_tracer("x").start_span("foreign", attributes={"input.value": text, "n": 1}).end()
    assert kept.last is not None
    whole, foreign = SpanSieve(lambda: sieve), kept.last
    times = microseconds(
        lambda: redact.text(text), lambda: redact.text(secret), lambda: whole(foreign)
    )
    print(f"\nredaction of {len(text):,} characters")
    for name, time in zip(("nothing found", "a key found", "a span of others"), times, strict=True):
        print(f"{name:28}{time:7.1f}us")


def main() -> None:
    """Print all of it."""
    print(machine())
    with run(experiment="shop", task="refund", trial=0, model="m", revision="main"):
        show_handlers()
    with tempfile.TemporaryDirectory() as folder:
        show_spool(Path(folder))
    show_redaction()


if __name__ == "__main__":
    main()
