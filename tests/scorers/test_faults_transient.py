"""Which faults may pass by themselves."""

import pytest

from midspan.scorers.faults import FaultRules, derive_faults
from midspan.scorers.tables import SPANS
from tests.scorers.builders import calls
from tests.scorers.fault_calls import BAD, LOOK, OFFERED, SPAN_FAILED, verdict


@pytest.mark.parametrize(
    ("message", "transient"),
    [
        ("Request timed out", True),
        ("TimeoutError: 30 s", True),
        ("Timeout", True),
        ("[Errno 104] Connection reset by peer", True),
        ("connect ECONNREFUSED 127.0.0.1:80", True),
        ("getaddrinfo EAI_AGAIN host", True),
        ("Rate limit reached", True),
        ("rate limited", True),
        ("You ask too quickly", True),
        ("Service Unavailable", True),
        ("Deadlock found", True),
        ("sqlite3.OperationalError: database is locked", True),
        ("HTTP 503", True),
        ("status code: 429", True),
        ("Error 500", True),
        ("HTTP 404", False),
        ("503 rows", False),
        ("line 429", False),
        ("order 500 not found", False),
        ("error 5000", False),
        ("error 17 in 503 rows", False),
        ("unknown option: notimeout", False),
        ("the timeouts table does not exist", False),
        ("status is delivered, item 42950", False),
        ("x" * 290 + " timed out", True),
        ("x" * 300 + " timed out", False),
        ("ValueError", False),
        (None, False),
    ],
)
def test_which_execution_errors_may_pass_by_themselves(
    message: str | None, transient: bool
) -> None:
    assert verdict(LOOK | {"error_message": message}, {"status": "error"})["transient"] is transient


def test_a_fault_of_the_model_is_never_transient() -> None:
    said = verdict(BAD | {"error_message": "HTTP 503: timed out"}, SPAN_FAILED)
    assert (said["fault"], said["transient"]) == ("model.bad_arguments", None)


def test_a_profile_may_add_what_is_transient() -> None:
    rules = FaultRules(transient=(*FaultRules().transient, "quota resets|come back"))
    messages = ["Quota resets in 3 s", "please come back", "bad gateway", "no such order"]
    rows = calls(*({**LOOK, "error_message": message} for message in messages))
    derived = derive_faults(rows, SPANS.empty(), OFFERED, rules)
    assert derived["transient"].to_list() == [True, True, True, False]


def test_an_error_without_a_message_is_transient_by_its_type() -> None:
    assert verdict(LOOK, {"error_type": "TimeoutError"})["transient"] is True
