"""Which values of arguments name one particular thing, so that somebody must have named it."""

from typing import Final

import polars as pl

URL: Final = r"(?i)^([a-z][a-z0-9+.-]*://|www\.)[^\s]+$"
EMAIL: Final = r"(?i)^[^@\s/]+@[^@\s/]+\.[a-z]{2,}$"
PATH: Final = r"^(~|\.{1,2})?/[^\s]+$|^[\w.@-]+(/[\w.@-]+)*/[\w@-]+\.[A-Za-z]\w{0,4}$"
NO_PATH: Final = r"[*?{}\[\]|<>()$]|^/+$|^/(tmp|dev|proc)(/|$)"
"""Patterns, the root, and where everybody may write."""

ID: Final = r"(?i)^#?[a-z0-9][\w.:-]{3,127}$"
LETTER_AND_DIGIT: Final = r"(?i)[a-z].*\d|\d.*[a-z]"
NUMBER: Final = r"^#?\d{6,}$"

_MONTH: Final = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_UNIT: Final = (
    "ms|s|secs?|mins?|h|hrs?|d|days?|w|weeks?|mo|months?|y|years?|px|r?em|pt|v[hw]|mm|cm|km|mi|ft|in"
    "|kg|mg|lbs?|oz|[kmgt]i?b|bn|[kmg]?hz|fps|k?wh?|deg|th|st|nd|rd|[kmgbcfpvxn]"
    "|usd|eur|gbp|jpy|chf|cny|inr|aud|cad"
)

NO_ID: Final = "(?i)" + "|".join(
    (
        r"^\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?(T[\d:.]+(Z|[+-][\d:]+)?)?$",  # dates and times
        r"^T?\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?([ap]m|Z)?$|^\d{1,2}[ap]m$",
        rf"^(\d{{1,4}}[-/.]?)?{_MONTH}[-/.]?\d{{0,4}}([-/.]\d{{2,4}})?$",
        r"^(q[1-4]|h[12]|fy|cw|w)[-_]?\d{0,4}$|^\d{4}[-_]?(q[1-4]|h[12]|w\d{1,2})$",
        r"^p(\d+[ymwd])*(t(\d+[hms])+)?$",  # durations
        r"^#?(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{0,6}$",
        r"^1[5-9]\d{8}(\d{3})?$",  # seconds and milliseconds since 1970
        rf"^[-+]?\d+([.,]\d+)*({_UNIT})$|^[a-z]{{3}}\d+[.,]\d{{2}}$",  # amounts and prices
        r"^\d+(\.\d+)?e[+-]?\d+$|^(\d+000|9+)$|^0x[0-9a-f]{1,4}$",
        r"^[a-z][a-z_-]*\d{1,2}$",  # words with a number: step_2, utf-8, mp3
        r"^v?\d+(\.\d+)+([-.]?(a|b|rc|dev|post|alpha|beta)\.?\d*)?$|^v\d+[a-z]?$",  # versions
        r"^(utf|iso|latin|cp|sha|md|base|python|http|ipv|oauth|h)[-_/]?[\d._-]+$",
        r"^(#[0-9a-f]{6}|#[0-9a-f]{3}|#[0-9a-f]{8})$",  # colours
    )
)
"""Looks like an id, and everybody may say it."""

KINDS: Final = ("URL", "email address", "path", "id")


def kind_of_value() -> pl.Expr:
    """Return what a column `value` names: URL, email address, path or id; null: nothing."""
    value = pl.col("value")
    letters = value.str.contains(LETTER_AND_DIGIT) & value.str.contains(ID)
    return (
        pl.when(value.str.contains(URL))
        .then(pl.lit("URL"))
        .when(value.str.contains(EMAIL))
        .then(pl.lit("email address"))
        .when(value.str.contains(PATH) & ~value.str.contains(NO_PATH))
        .then(pl.lit("path"))
        .when((letters | value.str.contains(NUMBER)) & ~value.str.contains(NO_ID))
        .then(pl.lit("id"))
    )
