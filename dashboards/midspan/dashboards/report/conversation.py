"""What is new in each request to a model: agents send what was said before once more."""

from typing import Final

import polars as pl

_BY: Final = ["run_id", "agent"]
_MARK: Final = 256
"""Characters at the end of a request, by which it is looked for in the next one."""


def new_messages(spans: pl.DataFrame) -> pl.DataFrame:
    """Return the spans with what is new in `input`, and the column `continues`.

    `continues` is the place of the request before it, of the same agent, with whose messages, or
    the last of them, it begins: they are left out. Null where all of its messages are shown. Spans
    have their `place` and stand in order of start.
    """
    requests = spans.filter(
        (pl.col("kind") == "llm") & pl.col("duplicate_of").is_null() & pl.col("input").is_not_null()
    ).select("run_id", "agent", "place", "input")
    before = requests.with_columns(
        earlier=pl.col("input").shift(1).over(_BY), continues=pl.col("place").shift(1).over(_BY)
    )
    is_list = pl.col("earlier").str.starts_with("[") & pl.col("earlier").str.ends_with("]")
    told = before.filter(is_list & pl.col("input").str.starts_with("[")).with_columns(
        begun=pl.col("earlier").str.strip_suffix("]")
    )
    joined = spans.join(_new(told), on=["run_id", "place"], how="left", maintain_order="left")
    return joined.with_columns(input=pl.coalesce("new", "input")).drop("new")


def _new(told: pl.DataFrame) -> pl.DataFrame:
    """Return the messages that come after those of the request before, where it goes on with them.

    Histories are long, so that each is read in no more ways than it takes.
    """
    key = ("run_id", "place", "continues")
    same = told["input"] == told["earlier"]
    rest = pl.col("input").str.strip_prefix(pl.col("begun"))
    other = told.filter(~same).with_columns(rest=rest)
    begins = pl.col("input").str.starts_with(pl.col("begun"))
    goes_on = begins & pl.col("rest").str.starts_with(",")
    return pl.concat(
        [
            told.filter(same).select(*key, new=pl.lit("[]")),
            other.filter(goes_on).select(*key, new=_list_of("rest")),
            _slid(other.filter(~goes_on)).select(*key, new=_list_of("later")),
        ]
    )


def _slid(told: pl.DataFrame) -> pl.DataFrame:
    """Return the requests that begin with the last messages of the one before: `later` is new."""
    marked = told.with_columns(mark=pl.col("begun").str.tail(_MARK))
    at = pl.col("input").str.slice(1).str.find(pl.col("mark"), literal=True)
    found = marked.with_columns(end=at + pl.col("mark").str.len_bytes()).drop_nulls("end")
    # As bytes, where no character has to be counted.
    data, begun = pl.col("input").cast(pl.Binary), pl.col("begun").cast(pl.Binary)
    slides = begun.bin.ends_with(data.bin.slice(1, pl.col("end")))
    later = data.bin.slice(pl.col("end") + 1).cast(pl.String)
    slid = found.filter(slides).with_columns(later=later)
    return slid.filter(pl.col("later").str.starts_with(","))


def _list_of(rest: str) -> pl.Expr:
    return pl.format("[{}", pl.col(rest).str.slice(1))
