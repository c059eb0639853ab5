"""How `midspan markers` prints what it found."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from midspan.instrumentation.streams import visible
from midspan.pipelines.cli import console

if TYPE_CHECKING:
    import polars as pl

    from midspan.scorers.markers.agreement import Agreement, Share


def print_rows(frame: "pl.DataFrame", as_json: bool) -> None:
    """Print rows as a table, or as one JSON array."""
    from rich.table import Table

    if as_json:
        click.echo(frame.write_json())
        return
    table = Table(box=None, pad_edge=False)
    for column, type_ in frame.schema.items():
        table.add_column(column, justify="right" if type_.is_numeric() else "left")
    for row in frame.iter_rows():
        table.add_row(*("" if cell is None else _plain(cell) for cell in row))
    console.show_whole(table)


def print_agreements(markers: "Sequence[Agreement]") -> None:
    """Print how markers agree with labels."""
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in ("marker", "precision", "recall", "F1", "labels", "not evaluated"):
        table.add_column(column, justify="left" if column == "marker" else "right")
    for one in markers:
        labels = one.both + one.only_fired + one.only_labelled + one.neither
        table.add_row(
            _plain(one.marker),
            _share(one.precision),
            _share(one.recall),
            "-" if one.f1 is None else f"{one.f1:.2f}",
            str(labels),
            str(one.unknown),
        )
    console.show_whole(table)


def _share(share: "Share") -> str:
    if share.value is None or share.interval is None:
        return "-"
    low, high = share.interval
    return f"{share.value:.2f} ({low:.2f}-{high:.2f}) {share.hits}/{share.of}"


def agreement_as_json(one: "Agreement") -> dict[str, object]:
    """Return what a program reads of an agreement."""
    return {
        "marker": one.marker,
        "precision": one.precision.value,
        "precision_interval": one.precision.interval,
        "recall": one.recall.value,
        "recall_interval": one.recall.interval,
        "f1": one.f1,
        "both": one.both,
        "only_fired": one.only_fired,
        "only_labelled": one.only_labelled,
        "neither": one.neither,
        "not_evaluated": one.unknown,
    }


def _plain(cell: object) -> str:
    from rich.markup import escape

    return escape(visible(str(cell)).replace("\n", "\\n"))
