"""Sizes and times as people write them: 64MB, 5s, 10m."""

import re
from collections.abc import Mapping
from typing import Final

import click

_BYTES: Final = {"": 1, "b": 1, "kb": 2**10, "mb": 2**20, "gb": 2**30, "tb": 2**40}
_SECONDS: Final = {"": 1, "ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_QUANTITY: Final = re.compile(r"([0-9]{1,15}(?:\.[0-9]+)?)\s*([a-z]*)")


def size(text: str) -> int:
    """Return a number of bytes.

    >>> size("64MB"), size("1.5 kb")
    (67108864, 1536)
    """
    return int(_number(text, _BYTES, "no size: write it as 64MB or 10GB"))


def seconds(text: str) -> float:
    """Return a number of seconds.

    >>> seconds("10m"), seconds("0.5")
    (600.0, 0.5)
    """
    return float(_number(text, _SECONDS, "no time: write it as 5s, 10m or 1h"))


def _number(text: str, units: Mapping[str, float], what: str) -> float:
    found = _QUANTITY.fullmatch(text.strip().lower())
    if found is None or found[2] not in units:
        raise click.BadParameter(f"{text!r} is {what}")
    return float(found[1]) * units[found[2]]
