"""All that a watch counts and measures, by the name that it has in `/metrics` behind the prefix."""

from collections.abc import Mapping
from typing import Final

PREFIX: Final = "midspan_watch_"

COUNTERS: Final[Mapping[str, str]] = {
    "backlog_damaged_bytes": "Bytes of the backlog that were damaged, and passed over",
    "backlog_damaged_spans": "Spans that were damaged in the backlog: their run is set aside",
    "backlog_deleted_bytes": "Bytes of segments that somebody deleted while they were written",
    "backlog_deleted_spans": "Spans of these segments; lost, but for those scored before",
    "batches": "Batches of runs that went into the workspace",
    "batches_published": "Batches that a server has, or that were left",
    "bytes_accepted": "Bytes that were accepted, unpacked",
    "calls": "Tool calls of scored runs, by fault",
    "connections_refused": "Connections that were one too many",
    "disk_refusals": "Times that the disk kept runs from being scored; they wait",
    "entries_accepted": "Entries of the backlog: one for each trace of each request",
    "forward_refused": "Spans and log records that a server did not take",
    "forward_retries": "Requests that were sent again",
    "forward_sent": "Spans and log records that were passed on",
    "forward_unreadable": "Spans and log records that were damaged on disk",
    "left_spans_done": "Spans that an earlier watch left, and this one is done with",
    "log_records_accepted": "Log records that were answered with 200 and are kept",
    "log_records_refused": "Log records of accepted requests that could not be taken, by reason",
    "makers_killed": "Processes of the scorer that ended before their time",
    "parses": "What models wrote, by whether it could be parsed",
    "requests_accepted": "Requests that were answered with 200, by what they held",
    "requests_refused": "Requests of which nothing was taken, by reason",
    "responses": "Degenerate and adaptive responses to failed calls",
    "restarts": "How often a process had to be started again",
    "rows_left": "Rows that a server does not take",
    "rows_published": "Rows that are at a server, by what they are",
    "rows_removed": "Rows that were taken away from a server, as they hold no longer",
    "runs_late": "Runs that were scored again for what came late",
    "runs_scored": "Runs that were scored, by outcome",
    "runs_set_aside": "Runs that could not be scored: see set-aside/ in the state",
    "spans_accepted": "Spans that were answered with 200 and are kept",
    "spans_refused": "Spans of accepted requests that could not be taken, by reason",
    "spans_scored": "Spans of the runs that were scored",
    "tail_failures": "Times that the source could not be read, by what was raised",
    "tail_files_left": "Files that nothing could be made of: see unread.jsonl in the state",
    "tail_files_read": "Files of the source that were read",
    "tail_quarantined": "Rows of the source that went into the quarantine",
    "tail_spans_read": "Spans that were read from a project",
    "tail_spans_rejected": "Spans of a project that cannot be read: see unread.jsonl in the state",
    "workspace_locked": "Times that another command was writing the workspace",
}

GAUGES: Final[Mapping[str, str]] = {
    "backlog_bytes": "Bytes on disk that are accepted and not done with",
    "backlog_oldest_seconds": "Age of the oldest entry that somebody is not done with",
    "batches_under_way": "Batches that are made, or wait to be taken in",
    "begun_timestamp_seconds": "When this watch began to score",
    "behind_seconds": "For how long what is complete has waited to be scored",
    "carried_bytes": "Bytes of long runs that were set down again",
    "disk_free_bytes": "Bytes that are free on the disk of the backlog",
    "forward_away": "1 while a server does not answer",
    "heartbeat_timestamp_seconds": "When the process that scores last gave a sign of life",
    "left_spans": "Spans that an earlier watch had accepted and not scored",
    "pending_entries": "Entries that wait for their run to be complete, or to be scored",
    "pending_oldest_seconds": "Age of the oldest of these entries",
    "pending_runs": "Runs that are not complete yet",
    "publish_backlog_batches": "Batches that wait for a server",
    "publish_backlog_bytes": "Bytes of batches that wait for a server",
    "server_away": "1 while a server does not take what is published",
    "tail_files_unreadable": "Files of the source that may not be opened",
    "tail_files_waiting": "Launches and files of the source that are not whole yet",
    "tail_source_away": "1 while the source does not answer",
}

HISTOGRAMS: Final[Mapping[str, str]] = {
    "last_span_lag_seconds": "From the last span of a run to its being scored",
    "scoring_lag_seconds": "From a run being complete to its being scored",
}
