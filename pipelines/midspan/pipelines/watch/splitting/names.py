"""The attributes that say which run or session a span is of."""

from typing import Final

from midspan.instrumentation import conventions
from midspan.pipelines.ingest.normalise.dialects.openllmetry import SESSION

SESSIONS: Final = (
    conventions.CONVERSATION_ID,
    "session.id",
    "gcp.vertex.agent.session_id",
    "ai.telemetry.metadata.sessionId",
    "ai.telemetry.metadata.session_id",
    "mlflow.trace.session",
    "langsmith.metadata.session_id",
    "langsmith.metadata.thread_id",
    "langsmith.metadata.conversation_id",
    "langfuse.session.id",
    "langfuse.trace.session_id",
    "anthropic.session.id",
    *SESSION,
)
"""In the order in which ingest takes them. Spans only wait for each other by what is found here:
which run they are is for ingest to say, so a name too many or too few costs time and no truth.
"""

RUN: Final = conventions.RUN_ID


_PARTS: Final = (b"session", b"conversation", b"thread_id")
"""One of them stands in each name of a session: to look for all names takes longer."""


def mentioned(body: bytes) -> frozenset[str]:
    """Return which of the names a request holds at all; most hold few or none."""
    sessions = SESSIONS if any(part in body for part in _PARTS) else ()
    return frozenset(name for name in (RUN, *sessions) if name.encode() in body)
