"""Finished spans with what of them may be kept."""

from collections.abc import Callable, Sequence
from typing import Any

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util import BoundedList
from opentelemetry.trace import Link, Status

from midspan.instrumentation.capture.salt import salt_of
from midspan.instrumentation.capture.sieve import Attributes, Sieve
from midspan.instrumentation.late import has_passed


class SpanSieve:
    """Gives back spans without what a `Sieve` does not let through; the given ones stay."""

    def __init__(self, sieve: Callable[[], Sieve]) -> None:
        """Keep where the sieve is had from: a later `setup` may put another in its place."""
        self._sieve_now = sieve
        self._resource: tuple[Resource, Resource] | None = None

    def __call__(self, span: ReadableSpan) -> ReadableSpan:
        """Return a span with what may be kept of it; the same one where all of it may."""
        sieve = self._sieve_now()
        given = span.attributes or {}
        salt = salt_of(given, span.context)
        attributes = given if has_passed(span, sieve) else sieve.attributes(given, salt)
        name = sieve.text(span.name, salt)
        events = _changed(span.events, lambda event: _event(sieve, event, salt))
        links = _changed(span.links, lambda link: _link(sieve, link, salt))
        description = span.status.description
        told = sieve.text(description, salt) if description else description
        resource = self._of(sieve, span.resource)
        if (
            (attributes is given and name is span.name and told is description)
            and (events is None and links is None)
            and resource is span.resource
        ):
            return span
        return ReadableSpan(
            name=name,
            context=span.context,
            parent=span.parent,
            resource=resource,
            attributes=_bounded(attributes, span.dropped_attributes),
            events=_bounded_list(events or span.events, span.dropped_events),
            links=_bounded_list(links or span.links, span.dropped_links),
            kind=span.kind,
            status=Status(span.status.status_code, told),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    def _of(self, sieve: Sieve, resource: Resource) -> Resource:
        # One tracer provider has one resource: what was found out of it is kept.
        if self._resource is None or self._resource[0] is not resource:
            given = resource.attributes
            kept = sieve.attributes(given, "")
            same = kept is given
            self._resource = (resource, resource if same else Resource(dict(kept)))
        return self._resource[1]


def _event(sieve: Sieve, event: Event, salt: str) -> Event:
    given = event.attributes or {}
    kept = sieve.event(event.name, given, salt)
    return event if kept is given else Event(event.name, dict(kept), event.timestamp)


def _link(sieve: Sieve, link: Link, salt: str) -> Link:
    given = link.attributes or {}
    kept = sieve.attributes(given, salt)
    return link if kept is given else Link(link.context, dict(kept))


def _changed(items: Sequence[Any], keep: Any) -> list[Any] | None:
    """Return the items with what may be kept, None where that is all of them."""
    kept = [keep(item) for item in items]
    return None if all(one is other for one, other in zip(kept, items, strict=True)) else kept


def _bounded(attributes: Attributes, dropped: int) -> BoundedAttributes:
    bounded = BoundedAttributes(None, dict(attributes))
    bounded.dropped = dropped
    return bounded


def _bounded_list(items: Sequence[Any], dropped: int) -> Sequence[Any]:
    bounded: BoundedList[Any] = BoundedList.from_seq(max(len(items), 1), items)
    bounded.dropped = dropped
    return bounded
