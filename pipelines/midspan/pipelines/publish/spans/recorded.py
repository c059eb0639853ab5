"""JSON of the text table, which holds whatever producers wrote."""

import json
from typing import Any

from midspan.pipelines.ingest.content import parse


def as_recorded(text: str | None) -> Any:
    """Return what a column holds, no fields where it is null.

    Half a surrogate pair is JSON for Python alone: what is sent has another character there.

    >>> as_recorded('{"a": 1}'), as_recorded(None)
    ({'a': 1}, {})
    """
    if text is None:
        return {}
    found = parse(text)
    return json.loads(text) if found is None else found
