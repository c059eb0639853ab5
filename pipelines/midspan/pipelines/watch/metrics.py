"""The figures of all processes as Prometheus reads them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from midspan.pipelines.watch.figures import BOUNDS, Histogram, Told, labels_of

PREFIX: Final = "midspan_watch_"
HELP: Final = {
    "spans_accepted": "Spans that were answered with 200 and are kept",
    "spans_refused": "Spans of accepted requests that could not be taken, by reason",
    "log_records_accepted": "Log records that were answered with 200 and are kept",
    "log_records_refused": "Log records of accepted requests that could not be taken, by reason",
    "requests_accepted": "Requests that were answered with 200",
    "requests_refused": "Requests of which nothing was taken, by reason",
    "connections_refused": "Connections that were one too many",
    "bytes_accepted": "Bytes that were accepted, unpacked",
    "entries_accepted": "Entries of the backlog: one for each trace of each request",
    "backlog_bytes": "Bytes on disk that are accepted and not done with",
    "backlog_damaged_bytes": "Bytes of the backlog that were damaged, and passed over",
    "backlog_damaged_spans": "Spans that were damaged in the backlog: their run is set aside",
    "backlog_deleted_bytes": "Bytes of segments that somebody deleted while they were written",
    "backlog_deleted_spans": "Spans of these segments; lost, but for those scored before",
    "backlog_oldest_seconds": "Age of the oldest entry that somebody is not done with",
    "disk_free_bytes": "Bytes that are free on the disk of the backlog",
    "pending_runs": "Runs that are not complete yet",
    "pending_entries": "Entries that wait for their run to be complete, or to be scored",
    "carried_bytes": "Bytes of long runs that were set down again",
    "runs_scored": "Runs that were scored, by outcome",
    "runs_late": "Runs that were scored again for spans that came late",
    "runs_set_aside": "Runs that could not be scored: see set-aside/ in the state",
    "makers_killed": "Processes of the scorer that ended before their time",
    "workspace_locked": "Times that another command was writing the workspace",
    "calls": "Tool calls of scored runs, by fault",
    "responses": "Degenerate and adaptive responses to failed calls",
    "parses": "What models wrote, by whether it could be parsed",
    "scoring_lag_seconds": "From a run being complete to its being scored",
    "last_span_lag_seconds": "From the last span of a run to its being scored",
    "rows_published": "Rows that are at a server, by what they are",
    "rows_left": "Rows that a server does not take",
    "forward_sent": "Spans and log records that were passed on",
    "forward_refused": "Spans and log records that a server did not take",
    "forward_unreadable": "Spans and log records that were damaged on disk",
    "forward_retries": "Requests that were sent again",
    "forward_away": "1 while a server does not answer",
    "restarts": "How often a process had to be started again",
    "heartbeat_seconds": "When a process last gave a sign of life",
}


class _Figures(Collector):
    """Reads all figures anew each time that it is asked."""

    def __init__(self, read: Callable[[], Mapping[str, Told]]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        """Yield each figure with the values of all its labels."""
        counters, gauges = _Families(), _Families()
        found: dict[str, list[tuple[dict[str, str], Histogram]]] = defaultdict(list)
        for told in self._read().values():
            counters.add(told.counters)
            gauges.add(told.gauges)
            for key, histogram in told.histograms.items():
                name, labels = labels_of(key)
                found[name].append((labels, histogram))
        yield from counters.of(CounterMetricFamily)
        yield from gauges.of(GaugeMetricFamily)
        for name, series in sorted(found.items()):
            yield _histogram(name, series)


class _Families:
    def __init__(self) -> None:
        self._found: dict[str, list[tuple[dict[str, str], float]]] = defaultdict(list)

    def add(self, values: Mapping[str, float]) -> None:
        for key, value in values.items():
            name, labels = labels_of(key)
            self._found[name].append((labels, value))

    def of(self, kind: type[CounterMetricFamily] | type[GaugeMetricFamily]) -> Iterator[Metric]:
        for name, series in sorted(self._found.items()):
            labels = sorted(series[0][0])
            family = kind(PREFIX + name, HELP.get(name, name.replace("_", " ")), labels=labels)
            for named, value in series:
                family.add_metric([named.get(label, "") for label in labels], value)
            yield family


def _histogram(name: str, series: list[tuple[dict[str, str], Histogram]]) -> Metric:
    labels = sorted(series[0][0])
    family = HistogramMetricFamily(PREFIX + name, HELP.get(name, name), labels=labels)
    bounds = [*map(str, BOUNDS), "+Inf"]
    for named, histogram in series:
        buckets = list(zip(bounds, accumulate(histogram.counts), strict=True))
        family.add_metric([named.get(label, "") for label in labels], buckets, histogram.sum)
    return family


def registry(read: Callable[[], Mapping[str, Told]]) -> CollectorRegistry:
    """Return a registry of what `read` gives by process."""
    found = CollectorRegistry()
    found.register(_Figures(read))
    return found


def page(found: CollectorRegistry) -> bytes:
    """Return what `/metrics` answers."""
    return generate_latest(found)
