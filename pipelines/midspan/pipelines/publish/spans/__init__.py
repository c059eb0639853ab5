"""Spans made from the tables of a workspace, in the form that servers show best."""

from midspan.pipelines.publish.spans.rebuilt import rebuilt
from midspan.pipelines.publish.spans.run_marks import session_id
from midspan.pipelines.publish.spans.sending import send_spans

__all__ = ["rebuilt", "send_spans", "session_id"]
