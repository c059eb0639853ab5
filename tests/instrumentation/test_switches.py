import pytest

from midspan.instrumentation.switches import switched_on


@pytest.mark.parametrize(
    ("word", "on"),
    [("", True), ("true", True), ("1", True), ("False", False), ("0", False), ("no", False)],
)
def test_words_that_switch(word: str, on: bool, caplog: pytest.LogCaptureFixture) -> None:
    assert switched_on("MIDSPAN_STATUS_OK", {"MIDSPAN_STATUS_OK": word}) is on
    assert caplog.messages == []


def test_a_word_that_means_nothing_is_said(caplog: pytest.LogCaptureFixture) -> None:
    assert switched_on("MIDSPAN_STATUS_OK", {"MIDSPAN_STATUS_OK": "perhaps"})
    assert caplog.messages == ["MIDSPAN_STATUS_OK is true or false, not 'perhaps': it is left out"]
