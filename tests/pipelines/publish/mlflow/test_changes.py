"""What is sent to bring a trace to what is wished for, and what is left as people made it."""

from typing import Any

from midspan.pipelines.publish.mlflow.assessments import OURS, Json, Wish, assessments
from midspan.pipelines.publish.mlflow.changes import change, is_as_wished
from midspan.scorers.plugins import declarations

TRACE = "tr-" + "a" * 32
NOW = 1_900_000_000_000
STORED: Json = {
    "trace_id": TRACE,
    "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "1"}},
    "request_time": "2026-11-20T10:00:00Z",
    "execution_duration": "2.5s",
    "state": "OK",
    "trace_metadata": {"mlflow.trace.tokenUsage": '{"input_tokens": 7, "output_tokens": 3}'},
    "request_preview": '"What?"',
}
START = 1_795_168_800_000


def row(**more: Any) -> Json:
    return {
        "run_id": "r1",
        "trace_id": TRACE[3:],
        "span_id": None,
        "name": "success",
        "value": 1.0,
        "label": "pass",
        "numerator": None,
        "n": None,
        "scorer": "outcome",
        "scorer_version": "1",
        "config_hash": "c0",
        "source": "code",
        "explanation": None,
        "calls": 1,
    } | more


def wish(*rows: Json, **more: Any) -> Wish:
    made = dict(assessments(TRACE, rows or [row()], "run9", declarations()))
    fixed: Json = {"start_ms": START, "end_ms": START + 2500, "state": "OK"}
    return Wish(trace=TRACE, run="r1", assessments=made, **(fixed | more))


def stored(wished: Wish, **more: Any) -> Json:
    """Return the trace as it is once all that is wished for was sent."""
    info = change(wished, STORED, now_ms=NOW).trace_info
    assert info is not None
    metadata = STORED["trace_metadata"] | info["trace_metadata"]
    return STORED | info | {"trace_metadata": metadata} | more


def test_a_row_says_all_that_it_knows() -> None:
    [one] = wish(
        row(
            span_id="b" * 16,
            name="call_ok",
            value=0.0,
            label="hidden.error",
            explanation="said no",
            n=2,
            numerator=1.0,
            calls=2,
        )
    ).assessments.values()

    assert one == {
        "assessment_id": one["assessment_id"],
        "trace_id": TRACE,
        "span_id": "b" * 16,
        "assessment_name": "step.call_ok",
        "source": {"source_type": "CODE", "source_id": "outcome"},
        "feedback": {"value": False},
        "rationale": "hidden.error: said no",
        "metadata": {
            "mlflow.assessment.sourceRunId": "run9",
            "midspan.run": "r1",
            "scorer_version": "1",
            "config_hash": "c0",
            "label": "hidden.error",
            "numerator": "1",
            "n": "2",
            "calls": "2",
        },
    }


def test_ids_are_the_same_each_time_and_differ_by_what_they_are_of() -> None:
    rows = [row(), row(name="outcome", value=None, label="success"), row(span_id="b" * 16)]

    assert list(wish(*rows).assessments) == list(wish(*rows).assessments)
    assert len(wish(*rows).assessments) == 3
    assert all(number.startswith("a-") and len(number) == 34 for number in wish(*rows).assessments)


def test_what_is_there_is_not_sent_again() -> None:
    wished = wish(session="price#0", request="price#0 · What?")

    assert not is_as_wished(wished, STORED)
    assert is_as_wished(wished, stored(wished))
    assert change(wished, stored(wished), now_ms=NOW).trace_info is None


def test_only_what_differs_is_sent_and_keeps_its_first_time() -> None:
    before = stored(wish(row(), row(name="turns", value=3.0, label=None)))
    wanted = change(wish(row(), row(name="turns", value=4.0, label=None)), before, now_ms=NOW)

    assert wanted.trace_info is not None
    [sent] = wanted.trace_info["assessments"]
    assert (sent["assessment_name"], sent["feedback"]) == ("turns", {"value": 4.0})
    assert sent["create_time"] == "2026-11-20T10:00:02.500Z"
    assert sent["last_update_time"] == "2030-03-17T17:46:40.000Z"


def test_what_a_person_overrode_is_not_among_what_would_undo_that() -> None:
    before = stored(wish())
    before["assessments"][0]["valid"] = False
    wanted = change(wish(row(value=0.0, label="fail")), before, now_ms=NOW)

    assert wanted.trace_info is None
    assert [one["feedback"] for one in wanted.overridden] == [{"value": False}]
    assert change(wish(), before, now_ms=NOW).overridden == []


def test_only_ours_is_stale() -> None:
    before = stored(wish(row(), row(name="turns", value=3.0, label=None)))
    theirs = {"assessment_id": "a-1", "source": {"source_type": "HUMAN"}, "metadata": {OURS: "r1"}}
    code = {"assessment_id": "a-2", "source": {"source_type": "CODE"}, "metadata": {}}
    before["assessments"] += [theirs, code]

    wanted = change(wish(), before, now_ms=NOW)

    [turns] = [one for one in before["assessments"] if one.get("assessment_name") == "turns"]
    assert wanted.stale == [turns["assessment_id"]]
    assert wanted.trace_info is None


def test_a_trace_is_as_long_as_the_longer_of_both_say() -> None:
    earlier = change(wish(start_ms=START - 500, end_ms=START + 100), STORED, now_ms=NOW).trace_info
    later = change(wish(start_ms=START + 500, end_ms=START + 9000), STORED, now_ms=NOW).trace_info

    assert earlier is not None
    assert later is not None
    assert (earlier["request_time"], earlier["execution_duration"]) == (
        "2026-11-20T09:59:59.500Z",
        "3.000s",
    )
    assert (later["request_time"], later["execution_duration"]) == (
        "2026-11-20T10:00:00.000Z",
        "9.000s",
    )


def test_tokens_are_told_where_mlflow_counted_others() -> None:
    alike = change(wish(tokens={"input_tokens": 7, "output_tokens": 3}), STORED, now_ms=NOW)
    more = change(wish(tokens={"input_tokens": 9, "output_tokens": 3}), STORED, now_ms=NOW)

    assert alike.trace_info is not None
    assert more.trace_info is not None
    assert alike.trace_info["trace_metadata"] == {}
    assert more.trace_info["trace_metadata"] == {
        "mlflow.trace.tokenUsage": '{"input_tokens": 9, "output_tokens": 3}'
    }


def test_where_the_root_is_not_recorded_the_state_stays() -> None:
    info = change(wish(state=None), STORED | {"state": "IN_PROGRESS"}, now_ms=NOW).trace_info

    assert info is not None
    assert (info["state"], info["request_preview"]) == ("IN_PROGRESS", '"What?"')
