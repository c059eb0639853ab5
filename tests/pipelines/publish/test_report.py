"""The account of a publish: what was asked is stored, was there, or is left with a reason."""

from midspan.pipelines.publish.progress import Step
from midspan.pipelines.publish.report import Account
from midspan.scorers.errors import Exit


def test_everything_asked_is_accounted_for() -> None:
    told: list[Step] = []
    account = Account(server="phoenix", url="http://a", tell=told.append)
    account.asked("spans", 10)
    account.stored("spans", 6)
    account.already("spans", 1)
    account.left("spans", 3, "no room", (f"span {number}" for number in range(9)))

    report = account.published()

    count = report.counts["spans"]
    assert count.asked == count.stored + count.already + sum(count.left.values())
    assert report.left == {"no room": 3}
    assert report.where == {"no room": ["span 0", "span 1", "span 2", "span 3", "span 4"]}
    assert report.exit_code == Exit.IN_PART
    assert told == [
        Step("phoenix", "spans", "asked", 10),
        Step("phoenix", "spans", "done", 6),
        Step("phoenix", "spans", "done", 1),
        Step("phoenix", "spans", "done", 3),
    ]


def test_what_is_not_for_a_server_is_no_failure() -> None:
    account = Account(server="phoenix", url="http://a")
    account.asked("annotations", 2)
    account.stored("annotations", 2)
    account.put_aside({"not evaluated": 4})

    report = account.published()

    assert (report.left, report.aside, report.exit_code) == ({}, {"not evaluated": 4}, Exit.DONE)


def test_nothing_left_for_a_reason_is_not_told() -> None:
    account = Account(server="phoenix", url="http://a")
    account.left("spans", 0, "no room")

    assert account.published().left == {}
