"""Values packed for a page: JSON, compressed, in letters that no text can break out of."""

import base64
import zlib
from typing import Any, Final

import msgspec
from isal import isal_zlib

LEVEL: Final = 2
"""What zlib does at its level 1, a twentieth smaller and in a quarter of the time."""

_GZIP: Final = 31
"""What zlib calls the gzip form, which browsers decompress by themselves."""


def packed(value: Any) -> str:
    """Return the base64 of the gzip of the JSON of a value.

    >>> unpacked(packed({"a": [1, None, "</script>"]}))
    {'a': [1, None, '</script>']}
    """
    return packed_json(msgspec.json.encode(value))


def packed_json(written: bytes) -> str:
    """Return the base64 of the gzip of JSON that is written already."""
    squeeze = isal_zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)
    data = squeeze.compress(written) + squeeze.flush()
    return base64.b64encode(data).decode("ascii")


def unpacked(text: str) -> Any:
    """Return the value that was packed."""
    return msgspec.json.decode(zlib.decompress(base64.b64decode(text), _GZIP))
