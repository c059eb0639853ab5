"""What publishing says at its end: it fits a screen, and counts in words."""

from pathlib import Path

import pytest

from midspan.pipelines.cli.publish_report import show_outcome
from midspan.pipelines.publish.publishing import Outcome
from midspan.pipelines.publish.report import Account, Link

PAGE = f"http://127.0.0.1:5000/#/experiments/1/traces?startTimeLabel={'ALL' * 40}"


def test_a_report_fits_a_screen(capsys: pytest.CaptureFixture[str]) -> None:
    account = Account(server="phoenix", url="http://a")
    account.asked("spans", 12)
    account.already("spans", 12)
    account.asked("annotations", 3)
    account.already("annotations", 2)
    account.left("annotations", 1, "phoenix gave no answer " + "again and " * 9, ["call_ok of s"])
    account.asked("experiment", 1)
    account.already("experiment", 1)
    account.put_aside({"counts and amounts, which would flatten Phoenix's charts of rates": 4190})
    account.links.append(Link(what="project shop", url=PAGE))

    show_outcome(
        Outcome(published=(account.published(),), failed={}),
        Path("shop"),
        dry_run=False,
        on_screen=True,
    )

    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "phoenix http://a",
        "  spans        12 of 12, all were there",
        "  scores       2 of 3, 2 were there, 1 left",
        "  experiments  1 of 1, was there",
        "  not sent     4,190 counts and amounts, which would flatten Phoenix's charts of",
        "               rates",
        "  project shop",
        f"    {PAGE}",
    ]
    assert err.splitlines()[0].startswith("phoenix: 1 score left: phoenix gave no answer")
    assert err.splitlines()[-3:] == [
        "  call_ok of s",
        "when the cause is mended, the same command goes on:",
        "  midspan publish shop",
    ]
    assert max(map(len, err.splitlines())) <= 80
