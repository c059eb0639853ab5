"""One search tool asked nearly the same again and again."""

from typing import Final

import polars as pl

from midspan.scorers.globs import globs_pattern
from midspan.scorers.repetition.ordered_calls import text_of
from midspan.scorers.tables import Tables

TOOL: Final = ["run", "agent", "called"]

LOOKS_BACK: Final = 50
"""Earlier queries of the tool that one is compared with: what is longer ago is another matter."""

_QUERY: Final = (
    r'(?i)"(?:query|queries|q|search|search_query|search_terms?|keywords?|terms?|pattern'
    r'|question|prompt|text)":("(?:[^"\\]|\\.)*"|\[[^\]]*\])'
)
"""The argument that holds the query, by its name, in canonical JSON."""

_TEXTS: Final = r'"(?:[^"\\]|\\.)*":?'
"""All texts in canonical JSON; a colon follows those that are names of arguments."""


def similar_search_counts(
    ordered: pl.DataFrame, tables: Tables, *, at_least: int, similarity: float
) -> pl.DataFrame:
    """Return `row` and `count` of queries that say nearly what others of their tool have said.

    The count is that of the query and of the earlier ones like it. Two are alike when they share
    enough of their words; the same query with other arguments asks for another page.
    """
    searches = _often_asked(ordered, tables, at_least)
    queries = _with_words(searches, tables)
    pairs = _pairs(queries)
    all_words = pl.col("words") + pl.col("earlier_words") - pl.col("shared")
    return (
        pairs.filter(pl.col("shared") >= similarity * all_words)
        .group_by("row")
        .agg(count=1 + pl.len().cast(pl.Int64))
        .filter(pl.col("count") >= at_least)
    )


def _often_asked(ordered: pl.DataFrame, tables: Tables, at_least: int) -> pl.DataFrame:
    """Return the calls of search tools that an agent called often enough."""
    tools = ordered.select("called", "tool").unique("called")
    is_search = globs_pattern(tables.setting.profile.tools.roles.search)
    # Of `server/tool` the tool counts.
    searching = tools.filter(pl.col("tool").str.replace("^.*/", "").str.contains(is_search))
    searches = ordered.filter(
        pl.col("called").is_in(searching["called"].implode()), pl.col("same").is_not_null()
    )
    often = searches.group_by(*TOOL).len().filter(pl.col("len") >= at_least)
    return searches.join(often, on=TOOL, how="semi", nulls_equal=True)


def _with_words(searches: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return the queries by tool and row, each with the set of its words."""
    arguments = text_of(tables.calls, searches, "arguments").drop_nulls()
    values = pl.element().filter(~pl.element().str.ends_with(":"))
    texts = arguments.with_columns(
        texts=pl.col("arguments").str.extract_all(_TEXTS).list.eval(values)
    )
    several = pl.col("texts").list.len() > 1
    all_texts = pl.col("texts").list.join(" ")
    # Looking for the name is dear: a single text needs none.
    found = pl.concat(
        [
            texts.filter(~several).select("row", said=all_texts),
            texts.filter(several).select(
                "row", said=pl.coalesce(pl.col("arguments").str.extract(_QUERY), all_texts)
            ),
        ]
    ).select("row", said=pl.col("said").hash(), set=_words())
    found = found.with_columns(words=pl.col("set").list.len())
    return (
        searches.select("row", *TOOL, "same")
        .join(found.filter(pl.col("words") > 0), on="row")
        .sort(*TOOL, "row")
        .with_columns(group=pl.struct(TOOL).rle_id())
        .with_columns(place=pl.int_range(pl.len()).over("group"), at=pl.int_range(pl.len()))
    )


def _words() -> pl.Expr:
    plain = pl.col("said").str.replace_all(r"\\.", " ").str.to_lowercase()
    return plain.str.extract_all(r"\w+").list.unique()


def _pairs(queries: pl.DataFrame) -> pl.DataFrame:
    """Return each query with the earlier ones of its tool, and how many words they share."""
    back = pl.col("at") - pl.min_horizontal("place", LOOKS_BACK)
    others = queries.with_columns(other=pl.int_ranges(back, "at"))
    pairs = others.explode("other").drop_nulls("other")
    earlier = queries.select("same", "said", "set", "words")[pairs["other"].to_numpy()]
    pairs = pl.concat([pairs, earlier.rename("earlier_{}".format)], how="horizontal")
    shared = pl.col("set").list.set_intersection("earlier_set").list.len()
    return pairs.with_columns(shared=shared).filter(~_another_page())


def _another_page() -> pl.Expr:
    return (pl.col("said") == pl.col("earlier_said")) & (pl.col("same") != pl.col("earlier_same"))
