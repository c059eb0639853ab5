"""`midspan markers`: check markers, try them on a workspace, and hold them to labels."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from midspan.instrumentation.streams import visible
from midspan.pipelines.cli import console
from midspan.pipelines.cli.file_type import FILE
from midspan.pipelines.cli.marker_tables import agreement_as_json, print_agreements, print_rows
from midspan.scorers.errors import Exit, InvalidInput, SurroundingsError

if TYPE_CHECKING:
    import polars as pl

    from midspan.scorers.profile import Profile
    from midspan.scorers.tables import Tables

SHOWN: Final = 20
"""Disagreements that are listed; --json has all."""

_PROFILE: Final = click.option(
    "--profile", type=FILE, required=True, metavar="FILE", help="The profile with the markers."
)
_JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


@click.group(epilog="\b\nExample:\n  midspan markers check profile.yaml")
def command() -> None:
    """Check markers, try them on a workspace, and hold them to labels."""


@command.command()
@click.argument("profile", metavar="PROFILE")
def check(profile: str) -> int:
    """Hold the markers of PROFILE to their own examples, `fires_on` and `quiet_on`.

    PROFILE is a file, or the name of a pack without parameters: midspan/transformers. Nothing of
    the examples is run. Exit codes: 0 all hold, 1 a marker contradicts one, 2 invalid profile.

    \b
    Example:
      midspan markers check profile.yaml
    """
    from midspan.dashboards.terminal.cells import counted
    from midspan.scorers.markers.examples import contradictions

    read = _pack_or_file(profile)
    found = contradictions(read)
    wrong = {one.marker for one in found}
    for name, marker in read.markers.items():
        examples = len(marker.fires_on) + len(marker.quiet_on)
        said = "contradicts its examples" if name in wrong else counted(examples, "example")
        click.echo(f"{'no' if name in wrong else 'ok'}  {name}: {said}")
        for one in found:
            if one.marker == name:
                click.echo(f"    {visible(str(one).removeprefix(f'{name}: '))}")
    if not read.markers:
        click.echo(f"{profile}: has no markers", err=True)
    return Exit.VERDICT_IS_NO if found else Exit.DONE


@command.command()
@click.argument("workspace", type=FILE)
@_PROFILE
@click.option(
    "--marker", "wanted", multiple=True, metavar="NAME", help="Only this one. Repeatable."
)
@click.option("--firings", "each", is_flag=True, help="A line for each firing, with what matched.")
@_JSON
def run(workspace: Path, profile: Path, wanted: tuple[str, ...], each: bool, as_json: bool) -> int:
    """Show where the markers of a profile fire in a WORKSPACE. Nothing is written.

    `midspan score WORKSPACE --profile FILE` keeps the same as scores.

    \b
    Example:
      midspan markers run shop --profile profile.yaml
      midspan markers run shop --profile profile.yaml --marker cli --firings
    """
    import polars as pl

    from midspan.scorers.markers import Markers, firings

    tables = _tables(workspace, profile, wanted)
    markers = tables.setting.profile.markers
    if each:
        found = firings(tables, {name: marker.predicate for name, marker in markers.items()})
        print_rows(found.select("name", "run_id", "turn", "call", "span_id", "matched"), as_json)
        return Exit.DONE
    rows = Markers().score(tables).filter(pl.col("span_id").is_null()).collect()
    of_runs = rows.filter(pl.col("name").str.starts_with("marker."))
    fired = pl.col("value") == 1
    summary = of_runs.group_by("name", maintain_order=True).agg(
        fired=fired.sum(),
        runs=pl.col("value").count(),
        adoption=pl.col("value").mean().round(3),
        firings=pl.col("numerator").sum().cast(pl.Int64),
        not_evaluated=(pl.col("status") == "not_evaluated").sum(),
        example=pl.col("explanation").filter(fired).first(),
    )
    print_rows(summary.with_columns(name=pl.col("name").str.strip_prefix("marker.")), as_json)
    return Exit.DONE


@command.command()
@click.argument("workspace", type=FILE)
@_PROFILE
@click.option(
    "--labels",
    type=FILE,
    required=True,
    metavar="FILE",
    help="CSV with the columns run_id, marker, label (1 or 0), and span_id for labels of steps.",
)
@_JSON
def validate(workspace: Path, profile: Path, labels: Path, as_json: bool) -> int:
    """Compare markers with what people say: precision, recall and F1, with intervals of 95 %.

    A row without span_id is about the run: whether the marker fired anywhere in it.

    \b
    Example:
      midspan markers validate shop --profile profile.yaml --labels labels.csv
    """
    from midspan.scorers.markers.agreement import agreements

    tables = _tables(workspace, profile, ())
    read = _labels(labels)
    found = agreements(tables, tables.setting.profile.markers, read, source=str(labels))
    if as_json:
        import json

        document = {
            "markers": [agreement_as_json(one) for one in found.markers],
            "disagreements": found.disagreements.to_dicts(),
        }
        click.echo(json.dumps(document))
        return Exit.DONE
    print_agreements(found.markers)
    for row in found.disagreements.head(SHOWN).iter_rows(named=True):
        where = row["run_id"] + (f" span {row['span_id']}" if row["span_id"] else "")
        said = f"fired by: {row['matched']}" if row["fired"] else "did not fire"
        click.echo(f"{row['marker']}: {where}: labelled {'1' if row['label'] else '0'}, {said}")
    if found.disagreements.height > SHOWN:
        console.note(f"{found.disagreements.height - SHOWN} more disagreements with --json")
    return Exit.DONE


def _pack_or_file(name: str) -> "Profile":
    from midspan.pipelines.files import load_profile
    from midspan.scorers.profile import Profile, pack_names

    if name in pack_names() and not Path(name).exists():
        return Profile.parse(f"profile: check\ncontract: 1\nextends: [midspan/default, {name}]\n")
    return load_profile(name)


def _tables(path: Path, profile: Path, wanted: Sequence[str]) -> "Tables":
    """Return the tables of a workspace, judged by a profile with only the markers asked for."""
    from midspan.pipelines.files import load_setting
    from midspan.pipelines.workspace import Workspace
    from midspan.scorers.faults.again import with_profile_faults
    from midspan.scorers.file_format.problems import suggestion

    setting = load_setting(profile=profile, examples=False)
    markers = setting.profile.markers
    for name in wanted:
        if name not in markers:
            raise InvalidInput(
                f"{profile} has no marker {name!r}.{suggestion(name, markers)}",
                fix=f"It has {', '.join(markers) or 'none'}.",
            )
    if wanted:
        chosen = {name: markers[name] for name in wanted}
        profile_of = setting.profile.model_copy(update={"markers": chosen})
        setting = replace(setting, profile=profile_of)
    if not setting.profile.markers:
        raise InvalidInput(
            f"{profile}: has no markers", fix="docs/markers.md says how to write one."
        )
    return with_profile_faults(replace(Workspace(path).tables(), setting=setting))


def _labels(path: Path) -> "pl.DataFrame":
    import polars as pl

    try:
        return pl.read_csv(path.read_bytes(), infer_schema=False, raise_if_empty=False)
    except FileNotFoundError:
        raise InvalidInput(f"{path}: there is no such file") from None
    except OSError as error:
        raise SurroundingsError(f"{path}: cannot be read: {error.strerror or error}") from None
    except pl.exceptions.PolarsError as error:
        raise InvalidInput(f"{path}: is no CSV: {str(error).splitlines()[0]}") from None
