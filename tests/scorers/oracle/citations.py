"""Which cited addresses an agent never saw, one by one in plain Python."""

import json
from typing import Any

Row = dict[str, Any]


def unsupported(cited: list[str], calls: list[Row], inputs: list[str | None]) -> int | None:
    """How many cited addresses have no source; None where one may have, and it is not known."""
    sources = []
    for call in calls:
        if call["name"] == "search":
            sources.append(call["result"])
            if call["executed"] and not call["failed"] and call["arguments"]:
                sources.append(json.loads(call["arguments"])["url"])
        if call["name"] == "write_file":
            sources.append(call["result"])
    for said in inputs:
        for message in json.loads(said or "[]"):
            if message["role"] != "assistant":
                sources.append(message["parts"][0]["content"])
    missing = {url for url in cited if url != "none" and url not in sources}
    complete = bool(inputs) and None not in inputs
    return len(missing) if complete or not missing else None
