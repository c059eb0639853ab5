"""The figures of all processes as Prometheus reads them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from midspan.pipelines.watch.figures import BOUNDS, Histogram, Told, labels_of
from midspan.pipelines.watch.metric_names import COUNTERS, GAUGES, HISTOGRAMS, PREFIX


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
        yield from counters.of(CounterMetricFamily, COUNTERS)
        yield from gauges.of(GaugeMetricFamily, GAUGES)
        for name, series in sorted(found.items()):
            yield _histogram(name, series)


class _Families:
    def __init__(self) -> None:
        self._found: dict[str, list[tuple[dict[str, str], float]]] = defaultdict(list)

    def add(self, values: Mapping[str, float]) -> None:
        for key, value in values.items():
            name, labels = labels_of(key)
            self._found[name].append((labels, value))

    def of(
        self,
        kind: type[CounterMetricFamily] | type[GaugeMetricFamily],
        described: Mapping[str, str],
    ) -> Iterator[Metric]:
        for name, series in sorted(self._found.items()):
            labels = sorted(series[0][0])
            family = kind(PREFIX + name, described.get(name, name), labels=labels)
            for named, value in series:
                family.add_metric([named.get(label, "") for label in labels], value)
            yield family


def _histogram(name: str, series: list[tuple[dict[str, str], Histogram]]) -> Metric:
    labels = sorted(series[0][0])
    family = HistogramMetricFamily(PREFIX + name, HISTOGRAMS.get(name, name), labels=labels)
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
