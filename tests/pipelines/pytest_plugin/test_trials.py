"""What the trials of a task come to."""

from pathlib import Path

import pytest

from midspan.pipelines.comparison.run_verdicts import RunVerdict
from midspan.pipelines.pytest_plugin.trials import Sum, Trial, summed


def trials(*outcomes: str | None) -> list[Trial]:
    """Trials that ended so; None: there is no run."""
    return [
        Trial(number=number, verdict=None if outcome is None else verdict(outcome))
        for number, outcome in enumerate(outcomes)
    ]


def verdict(outcome: str) -> RunVerdict:
    message = "" if outcome == "success" else f"{outcome}: why"
    return RunVerdict(run_id="r", name="task", outcome=outcome, message=message)


@pytest.mark.parametrize(
    ("outcomes", "pass_rate", "passed", "head"),
    [
        (("success", "success"), 1, True, "2 of 2 trials succeeded; all have to"),
        (("success", "wrong"), 1, False, "1 of 2 trials succeeded; all have to"),
        (
            ("success", "wrong"),
            0.5,
            True,
            "1 of 2 trials succeeded; 1 has to (--midspan-pass-rate 0.5)",
        ),
        (
            ("success", "wrong", "timeout", "wrong", "wrong"),
            0.4,
            False,
            "1 of 5 trials succeeded; 2 have to (--midspan-pass-rate 0.4)",
        ),
        (
            ("wrong", "wrong"),
            0,
            False,
            "0 of 2 trials succeeded; 1 has to (--midspan-pass-rate any)",
        ),
        (
            ("success", "infra"),
            1,
            False,
            "1 of 2 trials succeeded, of 1 it is not known; all have to",
        ),
        (
            ("wrong", "infra"),
            1,
            False,
            "0 of 2 trials succeeded, of 1 it is not known; all have to",
        ),
        (
            ("success", "unscored", None),
            0,
            True,
            "1 of 3 trials succeeded, of 2 it is not known; 1 has to (--midspan-pass-rate any)",
        ),
        (("success",) * 10, 0.7, True, "10 of 10 trials succeeded; 7 have to"),
    ],
)
def test_enough_too_few_or_not_known(
    outcomes: tuple[str | None, ...], pass_rate: float, passed: bool, head: str
) -> None:
    found = summed(trials(*outcomes), pass_rate=pass_rate)
    assert (found.passed, found.message.splitlines()[0][: len(head)]) == (passed, head)


def test_each_trial_that_did_not_succeed_is_told(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("starting\nValueError: \x1b[31mno order\n\n")
    failed = Trial(number=1, verdict=verdict("agent_error"), problem="no disk", log=log)
    found = summed([*trials("success"), failed], pass_rate=1)
    assert found == Sum(
        passed=False,
        message=(
            "1 of 2 trials succeeded; all have to\n"
            "trial 1: agent_error: why\n"
            "no disk\n"
            f"what it printed: {log} ... ValueError: [31mno order"
        ),
    )


def test_of_many_only_some_are_told() -> None:
    lines = summed(trials(*["wrong"] * 7, None), pass_rate=1).message.splitlines()
    assert lines[1:] == [
        *(f"trial {n}: wrong: why" for n in range(5)),
        "3 more trials that did not succeed",
    ]
