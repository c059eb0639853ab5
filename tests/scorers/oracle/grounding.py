"""What agents make up, call by call in plain Python. Values and sources are plain words here."""

from typing import Any

Row = dict[str, Any]


def unknown_tools(calls: list[Row]) -> dict[str, int | None]:
    """How many calls of each run are of tools that do not exist; None: not known."""
    found: dict[str, int | None] = {}
    for run in {call["run_id"] for call in calls}:
        its = [call for call in calls if call["run_id"] == run]
        wrong = [call for call in its if call["fault"] == "model.unknown_tool"]
        emitted = [call for call in its if call["emitted"]] or wrong
        if not emitted:
            continue
        judged = [call for call in emitted + wrong if call["tools_digest"] or call["fault"]]
        found[run] = len(wrong) if judged else None
    return found


def ungrounded(
    calls: list[Row], spans: list[Row], text: list[Row], tools: list[Row]
) -> dict[str, list[tuple[int, str]] | None]:
    """The made-up ids of each run by call; None where one may be, and not all was recorded."""
    found: dict[str, list[tuple[int, str]] | None] = {}
    inputs = {row["span_id"]: row["input"] for row in text}
    schemas = " ".join((row["schema"] or "") for row in tools).lower()
    for run in {call["run_id"] for call in calls if call["arguments"] is not None}:
        its = sorted((call for call in calls if call["run_id"] == run), key=lambda row: row["call"])
        asked = [span for span in spans if span["run_id"] == run]
        seen, new = set(), []
        for call in its:
            value = call["arguments"] and _value(call["arguments"])
            if not value or value in seen:
                continue
            seen.add(value)
            sources = [
                inputs[span["span_id"]] or "" for span in asked if span["turn"] <= call["turn"]
            ]
            sources += [each["result"] or "" for each in its if each["turn"] < call["turn"]]
            offered = schemas if call["tools_digest"] else ""
            told = " ".join(_plain(source) for source in sources) + offered
            if _plain(value) not in told:
                new.append((call["call"], value))
        whole = bool(asked) and all(inputs[span["span_id"]] is not None for span in asked)
        found[run] = new if whole or not new else None
    return found


def _value(arguments: str) -> str | None:
    value = arguments.split('"')[3] if arguments.count('"') > 3 else ""
    return value if any(each.isdigit() for each in value) else None


def _plain(text: str) -> str:
    return "".join(text.lower().split()).replace("#", "")
