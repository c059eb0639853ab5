"""Which log records are a coding agent's, and the sessions that they tell of."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from midspan.pipelines.ingest.content.document import some_text
from midspan.pipelines.ingest.normalise.agent_logs import claude_code, codex, gemini_cli
from midspan.pipelines.ingest.normalise.agent_logs.entry import Entry, in_order
from midspan.pipelines.ingest.raw import RawLog
from midspan.pipelines.ingest.sessions.events import Answer, Event, Result, Session
from midspan.pipelines.ingest.span import Emitted


class Producer(Protocol):
    """What a module about one producer offers.

    `NAMES` are the events that it reads, `OWN` is an attribute that tells them from those of others
    with such names, `SESSION` the attribute that holds the session's id.
    """

    DIALECT: str
    AGENT: str
    NAMES: frozenset[str]
    OWN: str
    SESSION: str

    def events_of(self, entries: list[Entry]) -> list[Event]:
        """Return what happened, from entries in order."""
        ...


PRODUCERS: Final[tuple[Producer, ...]] = (claude_code, codex, gemini_cli)


def producer_of(record: RawLog) -> Producer | None:
    """Return who wrote a record, told by its event's name, or None where no agent did."""
    name = record.attributes.get("event.name")
    if not isinstance(name, str):
        return None
    for producer in PRODUCERS:
        if name in producer.NAMES and producer.OWN in record.attributes:
            return producer
    return None


def is_agent_log(record: RawLog) -> bool:
    """Return whether a record tells of a step of a coding agent."""
    return producer_of(record) is not None


def session_of(record: RawLog) -> str | None:
    """Return the session of a record, which may have no trace."""
    producer = producer_of(record)
    value = record.attributes.get(producer.SESSION) if producer else None
    return some_text(value)


def sessions_of(records: Iterable[RawLog]) -> Iterator[Session]:
    """Yield the sessions of records, each with its events in order."""
    found: dict[tuple[int, str], list[RawLog]] = defaultdict(list)
    for record in records:
        producer, session = producer_of(record), session_of(record)
        if producer is not None and session is not None:
            found[PRODUCERS.index(producer), session].append(record)
    for (number, session), members in found.items():
        producer = PRODUCERS[number]
        events: list[Event] = producer.events_of(in_order(members))
        _give_calls(events)
        yield Session(id=session, dialect=producer.DIALECT, agent=producer.AGENT, events=events)


def _give_calls(events: list[Event]) -> None:
    """Give each call to the answer that asked for it: the last one begun before it, of its agent.

    Records name a call where it ended, which may be after the next answer began.
    """
    answers = [event for event in events if isinstance(event, Answer) and event.failed is None]
    told = {call.id for answer in answers for call in answer.calls}
    if any(answer.calls for answer in answers):
        return
    for event in events:
        if isinstance(event, Result) and event.call_id not in told:
            begun = event.start_ns if event.start_ns is not None else event.end_ns
            asked = [each for each in answers if _began_before(each, begun)]
            if asked:
                call = Emitted(
                    id=event.call_id, name=event.name or "", raw_arguments=event.arguments
                )
                asked[-1].calls = [*asked[-1].calls, call]


def _began_before(answer: Answer, time_ns: int | None) -> bool:
    start = answer.start_ns if answer.start_ns is not None else answer.end_ns
    return start is not None and time_ns is not None and start <= time_ns
