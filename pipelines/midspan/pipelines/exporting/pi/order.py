"""The order of a session: each answer of the model, and what tools gave back before the next."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from midspan.scorers.run_view import Call, Row, Run


@dataclass(kw_only=True)
class Answer:
    """One request to the model, with its calls, and the results that came in after it."""

    span: Row
    words: Row
    calls: dict[int, Call] = field(default_factory=dict)
    """By position in the answer."""
    unseen: list[Call] = field(default_factory=list)
    """Calls that ran after it where the answer itself was not recorded."""
    results: list[Call] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Return whether the request got no answer."""
        return bool(self.span["status"] == "error")

    def shows(self, emitted: Row) -> bool:
        """Return whether a call stands beside the text, and not in it."""
        in_text = emitted["translated"] or self.span["text_form"] is not None
        return not (in_text and self.words.get("text"))


def answers_of(run: Run) -> list[Answer]:
    """Return the answers of a run in order of time, tries that failed included."""
    rows = [
        row
        for row in run.spans
        if row["kind"] == "llm" and row["turn"] is not None and row["duplicate_of"] is None
    ]
    rows.sort(key=lambda row: (row["start_ns"], row["turn"]))
    answers = [Answer(span=row, words=run.words.get(row["span_id"], {})) for row in rows]
    if answers:
        _place_calls(run.calls, answers)
    return answers


def is_back(call: Call) -> bool:
    """Return whether something came back for a call, be it that it was refused."""
    said = call.result is not None or call.row["error_message"] is not None
    return bool(call.row["executed"]) or said


def _place_calls(calls: Sequence[Call], answers: list[Answer]) -> None:
    by_span = {answer.span["span_id"]: place for place, answer in enumerate(answers)}
    by_turn = {answer.span["turn"]: place for place, answer in enumerate(answers)}
    begins = [answer.span["start_ns"] for answer in answers]
    for call in calls:
        emitted = by_span.get(call.row["emitted_span_id"])
        if emitted is None and call.turn is not None:
            emitted = by_turn.get(call.turn)
        place = emitted if emitted is not None else _by_time(call.row["start_ns"], begins)
        answer = answers[place]
        if emitted is not None and call.row["position"] is not None:
            answer.calls[call.row["position"]] = call
        elif answer.words.get("emitted") is None:
            answer.unseen.append(call)
        if is_back(call):
            answers[_back(call, place, answers, begins)].results.append(call)


def _by_time(start_ns: int | None, begins: Sequence[int]) -> int:
    """Return the last request that began before something did."""
    return max(0, bisect_left(begins, start_ns) - 1) if start_ns is not None else len(begins) - 1


def _back(call: Call, place: int, answers: Sequence[Answer], begins: Sequence[int]) -> int:
    """Return after which answer a result is told: before the agent that called goes on."""
    ended = call.row["end_ns"]
    if ended is None:
        return place
    mine: Mapping[str, Any] = answers[place].span
    last = place
    for later in range(place + 1, len(answers)):
        if begins[later] >= ended or answers[later].span["agent"] == mine["agent"]:
            break
        last = later
    return last
