"""What is kept of the spans of a tracer provider."""

import functools
from typing import Final

from midspan.instrumentation.capture.settings import Capture
from midspan.instrumentation.capture.sieve import Sieve

TELEMETRY: Final = "_midspan_telemetry"
"""Attribute of a tracer provider: the handle on what `setup` has added to it."""


def sieve_of(tracer_provider: object) -> Sieve:
    """Return what `setup` was asked to let through, else what the environment asks for."""
    telemetry = getattr(tracer_provider, TELEMETRY, None)
    sieve = getattr(telemetry, "sieve", None)
    return sieve if isinstance(sieve, Sieve) else environment_sieve()


@functools.cache
def environment_sieve() -> Sieve:
    """Return what the environment lets through; the variables are read once."""
    return Sieve(Capture.from_environment())
