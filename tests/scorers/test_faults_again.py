"""Faults as a profile sees them."""

import pytest

from midspan.scorers.faults.again import rules_of, with_profile_faults
from midspan.scorers.faults.rules import FaultRules
from midspan.scorers.profile import Profile
from midspan.scorers.setting import Setting
from midspan.scorers.tables import Tables
from tests.scorers import builders
from tests.scorers.builders import Row

TRACEBACK = "done\nTraceback (most recent call last):\n"


def profile(text: str, *, extends: str = "[midspan/default]") -> Profile:
    return Profile.parse(f"profile: p\ncontract: 1\nextends: {extends}\n{text}")


def told(text: str, *rows: Row) -> Tables:
    setting = Setting.of(profile=profile(text))
    return with_profile_faults(builders.tables(setting, calls=builders.judged(*rows)))


def faults(text: str, *rows: Row) -> list[tuple[str | None, ...]]:
    frame = told(text, *rows).calls.select("fault", "fault_rule").collect()
    return frame.rows()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tools: {state_changing: [refund_*]}",
        "tools: {roles: {shell: [bash, run_shell]}}",  # built-in globs match these already
        "tools: {roles: {read: [read_notes]}}",
        "errors: {acknowledged: ['could not']}",
    ],
)
def test_a_profile_that_adds_nothing_leaves_the_stored_faults(text: str) -> None:
    setting = Setting.of(profile=profile(text))
    tables = builders.tables(setting)
    assert rules_of(setting.profile) == FaultRules()
    assert with_profile_faults(tables) is tables


def test_a_profile_without_the_default_pack_adds_nothing_either() -> None:
    assert rules_of(profile("", extends="[]")) == FaultRules()


def test_forms_of_results_that_are_errors() -> None:
    refused = {"result": "shop: refused, the till is shut"}
    assert faults("", refused) == [("none", None)]
    found = faults('errors: {forms: ["shop: refused"]}', refused)
    assert found == [("hidden.error", "hidden.error/profile")]


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ("refused", "none"),  # it stands in the middle: results that *start* like this
        ("^shop", "hidden.error"),
        ("gone|shop", "hidden.error"),
        ("(?i)SHOP", "hidden.error"),
        ("SHOP", "none"),
    ],
)
def test_forms_hold_at_the_start(form: str, fault: str) -> None:
    rows = faults(f"errors: {{forms: ['{form}']}}", {"result": "shop: refused"})
    assert [found for found, _ in rows] == [fault]


def test_forms_hold_in_unwrapped_results() -> None:
    wrapped = {"result": '{"content": [{"type": "text", "text": "shop: refused"}]}'}
    assert faults('errors: {forms: ["shop: refused"]}', wrapped) == [
        ("hidden.error", "hidden.error/profile")
    ]


def test_transient_errors() -> None:
    row = {"error_message": "the quota resets in 3 minutes"}
    assert told("", row).calls.collect()["transient"].to_list() == [False]
    added = told('errors: {transient: ["quota resets in"]}', row)
    assert added.calls.collect()["transient"].to_list() == [True]
    kept = told('errors: {transient: ["quota resets in"]}', {"error_message": "timed out"})
    assert kept.calls.collect()["transient"].to_list() == [True], "the built-in ones stay"


def test_shells_tell_of_errors_on_any_line() -> None:
    row = {"name": "sandbox", "result": TRACEBACK}
    assert faults("", row) == [("none", None)]
    assert faults("tools: {roles: {shell: [sandbox]}}", row) == [
        ("hidden.error", "hidden.error/line")
    ]


def test_readers_give_back_what_may_look_like_an_error() -> None:
    row = {"name": "wiki", "result": "Error: " + "what it means. " * 50}
    assert faults("", row) == [("hidden.error", "hidden.error/error")]
    assert faults("tools: {roles: {read: [wiki]}}", row) == [("none", None)]
    assert faults("tools: {roles: {search: [wiki]}}", row) == [("none", None)]
