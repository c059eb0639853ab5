"""The conversation that spans belong to, as servers take its id."""

from typing import Any

from midspan.pipelines.publish.spans.run_marks import session_id


def said(experiment: str | None, session: str | None) -> str:
    row: dict[str, Any] = {"experiment": experiment, "session": session, "run_id": "ab" * 16}
    return session_id(row)


def test_the_experiment_stands_before_what_was_recorded() -> None:
    assert said("shop", "chat 1") == "shop/chat 1"
    assert said("shop", "shop/chat 1") == "shop/chat 1"
    assert said(None, None) == "default/" + "ab" * 16


def test_a_long_name_is_cut_and_still_told_from_others() -> None:
    # MLflow takes no span with a longer id than this.
    long = said("x" * 300, None)
    assert len(long) == 183
    assert long.endswith("/" + "ab" * 16)
    assert len(said("x" * 300, "y" * 300)) == 250
    told = {said("x" * 300 + end, session + end) for end in "ab" for session in ("", "y" * 300)}
    assert len(told) == 4


def test_what_was_published_and_read_again_keeps_its_id() -> None:
    for experiment in ("shop", "x" * 300):
        for session in ("chat 1", "y" * 300):
            once = said(experiment, session)
            assert said(experiment, once) == once
