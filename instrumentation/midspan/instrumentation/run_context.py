"""What is known about the run that code belongs to, and the forms in which that travels."""

import functools
import hashlib
import logging
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self
from urllib.parse import quote

from opentelemetry import baggage
from opentelemetry.context import Context

from midspan.instrumentation import conventions, environment
from midspan.instrumentation.encoding import to_json
from midspan.instrumentation.interruptions import let_through

logger = logging.getLogger(__name__)

DEFAULT_EXPERIMENT: Final = "default"
RUN_ID: Final = re.compile(r"[0-9a-f]{32}")

ATTRIBUTES: Final = {
    "run_id": conventions.RUN_ID,
    "experiment": conventions.EXPERIMENT,
    "task": conventions.TASK,
    "model": conventions.MODEL,
    "revision": conventions.REVISION,
    "tier": conventions.TIER,
    "trial": conventions.TRIAL,
    "harness": conventions.HARNESS,
}
NUMBERS: Final = ("trial", "launch")
VARIABLES: Final = {
    "run_id": environment.RUN_ID,
    "experiment": environment.EXPERIMENT,
    "task": environment.TASK,
    "model": environment.MODEL,
    "revision": environment.REVISION,
    "tier": environment.TIER,
    "trial": environment.TRIAL,
    "harness": environment.HARNESS,
    "launch": environment.LAUNCH,
}


@dataclass(frozen=True, kw_only=True)
class RunContext:
    """One attempt of one agent at one task; what is not known is None.

    A run id is 32 lower-case hex digits. Dashes and capitals of a UUID are normalised; any other
    text is hashed to an id, the same one every time.
    """

    run_id: str | None = None
    experiment: str | None = None
    task: str | None = None
    model: str | None = None
    revision: str | None = None
    tier: str | None = None
    trial: int | None = None
    harness: str | None = None
    launch: int = 0

    def __post_init__(self) -> None:
        """Bring the run id into its one form, and numbers and words into theirs."""
        for name in VARIABLES:
            value = getattr(self, name)
            known = _number(name, value) if name in NUMBERS else _word(name, value)
            if known is not value or known is None:
                unknown = getattr(type(self), name)
                object.__setattr__(self, name, unknown if known is None else known)
        if self.run_id is not None:
            object.__setattr__(self, "run_id", normalised_run_id(self.run_id))

    def attributes(self) -> Mapping[str, str | int]:
        """Return the attributes that say all of this on a span."""
        return self._attributes

    def own_attributes(self) -> Mapping[str, str | int]:
        """Return the attributes for midspan's own spans: the conversation id in addition."""
        return self._own_attributes

    def trace_tags(self) -> Mapping[str, str]:
        """Return what MLflow makes name and tags of a trace from; for the root span."""
        return self._trace_tags

    def environment(self) -> dict[str, str]:
        """Return the variables that tell a child process its run."""
        values = {name: getattr(self, name) for name in VARIABLES}
        return {VARIABLES[name]: str(value) for name, value in values.items() if value is not None}

    def resource_attributes(self) -> str:
        """Return what `OTEL_RESOURCE_ATTRIBUTES` says of the run, for SDKs of other languages."""
        return resource_attributes({ATTRIBUTES[name]: value for name, value in self._known()})

    def to_baggage(self, context: Context | None = None) -> Context:
        """Return an OpenTelemetry context whose baggage carries the run to other services.

        Baggage travels in HTTP headers to whomever the agent calls: attach it only around calls to
        services of your own.
        """
        carrier = context if context is not None else Context()
        for name, value in self._known():
            carrier = baggage.set_baggage(ATTRIBUTES[name], str(value), carrier)
        return carrier

    @classmethod
    def from_baggage(cls, context: Context | None = None) -> Self | None:
        """Return the run that the baggage names, or None."""
        entries = baggage.get_all(context)
        return cls._parsed(
            {n: str(entries[key]) for n, key in ATTRIBUTES.items() if key in entries}
        )

    @classmethod
    def from_environment(cls, variables: Mapping[str, str] = os.environ) -> Self | None:
        """Return the run that the environment variables name, or None."""
        return cls._parsed(
            {n: variables[key] for n, key in VARIABLES.items() if variables.get(key)}
        )

    @classmethod
    def _parsed(cls, texts: Mapping[str, str]) -> Self | None:
        if not texts:
            return None
        numbers = {name: _number(name, texts[name]) for name in NUMBERS if name in texts}
        words = {name: text for name, text in texts.items() if name not in numbers}
        known = {name: number for name, number in numbers.items() if number is not None}
        return cls(**words, **known)  # type: ignore[arg-type]

    def _known(self) -> Iterator[tuple[str, str | int]]:
        for name in ATTRIBUTES:
            value = getattr(self, name)
            if value is not None:
                yield name, value

    @functools.cached_property
    def _attributes(self) -> dict[str, str | int]:
        known = dict(self._known())
        run_id = known.pop("run_id", None)
        metadata = known if run_id is None else known | {"run": run_id}
        attributes = {ATTRIBUTES[name]: value for name, value in self._known()}
        return attributes | ({conventions.METADATA: to_json(metadata)} if metadata else {})

    @functools.cached_property
    def _own_attributes(self) -> dict[str, str | int]:
        if self.run_id is None:
            return self._attributes
        conversation = f"{self.experiment or DEFAULT_EXPERIMENT}/{self.run_id}"
        return self._attributes | {conventions.CONVERSATION_ID: conversation}

    @functools.cached_property
    def _trace_tags(self) -> dict[str, str]:
        tags = {
            conventions.TRACE_TAG + ATTRIBUTES[name]: str(value)
            for name, value in self._known()
            if name != "run_id"
        }
        if self.task is None:
            return tags
        trial = None if self.trial is None else f"trial {self.trial}"
        parts = [part for part in (self.task, self.revision, trial) if part is not None]
        tags[conventions.TRACE_NAME] = " · ".join(parts)
        if self.trial is not None:
            tags[conventions.REQUEST_ID] = f"{self.task}#{self.trial}"
        return tags


def resource_attributes(attributes: Mapping[str, object]) -> str:
    """Return attributes as `OTEL_RESOURCE_ATTRIBUTES` has them.

    >>> resource_attributes({"midspan.hardware.gpu": "NVIDIA A10G, 24 GB"})
    'midspan.hardware.gpu=NVIDIA%20A10G%2C%2024%20GB'
    """
    return ",".join(f"{name}={quote(str(value))}" for name, value in attributes.items())


def normalised_run_id(text: str) -> str:
    """Return the id as 32 lower-case hex digits, hashed where it is anything else."""
    plain = text.replace("-", "").lower()
    if RUN_ID.fullmatch(plain):
        return plain
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _word(name: str, value: object) -> str | None:
    if value is None or type(value) is str:
        return value
    try:
        # An enumeration of texts is one of them, whatever it prints as.
        return str.__str__(value) if isinstance(value, str) else str(value)
    except Exception as error:
        let_through(error)
        logger.warning("%s cannot be told: %s; it is left out", VARIABLES[name], type(error))
        return None


def _number(name: str, value: Any) -> int | None:
    if value is None or (type(value) is int and value >= 0):
        return value
    try:
        number = int(value)
    except Exception as error:
        let_through(error)
        number = -1
    if number < 0:
        logger.warning(
            "%s is not a number from 0: %s; it is left out", VARIABLES[name], _repr(value)
        )
    return number if number >= 0 else None


def _repr(value: object) -> str:
    try:
        return repr(value)
    except Exception as error:
        let_through(error)
        return f"<{type(value).__name__}>"
