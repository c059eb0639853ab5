"""The page on watch names every figure, and none that there is not."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from midspan.pipelines.watch import figures
from midspan.pipelines.watch.figures import Figures
from midspan.pipelines.watch.metric_names import COUNTERS, GAUGES, HISTOGRAMS, PREFIX
from midspan.pipelines.watch.metrics import page, registry
from tests.support.watch_metrics import documented

CODE = Path(figures.__file__).parent
COUNTED = re.compile(r"\b(?P<how>_?count|gauge|observe)\(\s*\"(?P<name>[a-z_]+)\"(?P<rest>[^\n]*)")
KINDS = {"gauge": GAUGES, "observe": HISTOGRAMS}

BUILT = {
    "spans_accepted",
    "spans_refused",
    "log_records_accepted",
    "log_records_refused",
    "runs_scored",
    "calls",
    "responses",
    "parses",
    "restarts",
    "left_spans_done",
    "begun_timestamp_seconds",
}
"""Names that are put together where they are counted."""


def counted_in_code() -> Iterator[tuple[str, str]]:
    for file in sorted(CODE.rglob("*.py")):
        for found in COUNTED.finditer(file.read_text()):
            yield found["how"], found["name"]


def test_the_page_has_all_names_as_prometheus_sees_them() -> None:
    all_of_them = Figures(None)
    for name in COUNTERS:
        all_of_them.count(name)
    for name in GAUGES:
        all_of_them.gauge(name, 1)
    for name in HISTOGRAMS:
        all_of_them.observe(name, 1.0)
    shown = page(registry(lambda: {"receiver": all_of_them.told})).decode()
    families = list(text_string_to_metric_families(shown))
    names = {
        (f"{family.name}_total" if family.type == "counter" else family.name).removeprefix(PREFIX)
        for family in families
    }
    assert names == set(documented())
    assert not [family.name for family in families if not family.documentation.strip()]


def test_whatever_is_counted_has_a_name_and_words() -> None:
    known = {"count": COUNTERS, "_count": COUNTERS, **KINDS}
    found = set(counted_in_code())
    assert [name for how, name in found if name not in known[how]] == []
    assert {*COUNTERS, *GAUGES, *HISTOGRAMS} == {name for _, name in found} | BUILT


@pytest.mark.parametrize("name", [*COUNTERS, *GAUGES, *HISTOGRAMS])
def test_names_keep_to_the_rules_of_prometheus(name: str) -> None:
    """A unit is the last word, in its base form; that it is a total is added to counters alone."""
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)
    assert not name.endswith(("_total", "_count", "_sum", "_bucket", "_info", "_created"))
    assert not {"ms", "milliseconds", "minutes", "megabytes", "mb"} & set(name.split("_"))
