import polars as pl
import pytest

from midspan.scorers.errors import InvalidInput
from midspan.scorers.markers.agreement import Agreement, Agreements, Share, agreements
from midspan.scorers.setting import Setting
from midspan.scorers.tables import Tables
from tests.scorers.builders import calls, runs, tables
from tests.scorers.markers.acting import called, profile

PROFILE = profile(git="{command: {program: git}}", any="{tool: '*'}")


def given() -> Tables:
    """Five runs of one call: git in r0 to r2, and r4 whose arguments were not recorded."""
    made = [called("bash", command="git log" if n < 3 else "ls") for n in range(4)]
    rows = [{**call, "run_id": f"r{n}", "call": 0, "span_id": "s"} for n, call in enumerate(made)]
    bare = {"run_id": "r4", "call": 0, "span_id": "s", "name": "bash"}
    return tables(
        Setting.of(profile=PROFILE),
        runs=runs(*({"run_id": f"r{n}"} for n in range(5))),
        calls=calls(*rows, bare),
    )


def compared(csv: str) -> Agreements:
    labels = pl.read_csv(csv.encode(), infer_schema=False)
    return agreements(given(), PROFILE.markers, labels, source="labels.csv")


def test_precision_recall_and_the_disagreements() -> None:
    found = compared(
        "run_id,marker,label\nr0,git,1\nr1,git,yes\nr2,git,0\nr3,git,fired\nr4,git,1\nr3,any,1\n"
    )
    git, any_ = found.markers
    assert git == Agreement(
        marker="git", both=2, only_fired=1, only_labelled=1, neither=0, unknown=1
    )
    assert (git.precision, git.recall) == (Share(hits=2, of=3), Share(hits=2, of=3))
    assert git.f1 == pytest.approx(2 / 3)
    assert (any_.both, any_.f1) == (1, 1.0)
    assert found.disagreements.rows() == [
        ("git", "r2", None, False, True, "git log"),
        ("git", "r3", None, True, False, None),
    ]


def test_labels_may_be_of_steps() -> None:
    found = compared("run_id,span_id,marker,label\nr0,s,git,1\nr1,other,git,0\nr2,,git,1\n")
    (git,) = found.markers
    assert (git.both, git.neither, git.only_fired, git.only_labelled) == (2, 1, 0, 0)


def test_shares_have_the_interval_of_wilson() -> None:
    assert Share(hits=0, of=0).value is None
    assert Share(hits=0, of=0).interval is None
    low, high = Share(hits=5, of=5).interval or (0, 0)
    assert (round(low, 3), high) == (0.566, 1.0)
    nothing = Agreement(marker="m", both=0, only_fired=0, only_labelled=0, neither=3, unknown=0)
    assert nothing.f1 is None


@pytest.mark.parametrize(
    ("csv", "problem"),
    [
        ("run,marker,label\nr0,git,1\n", "labels.csv: has no column run_id"),
        ("run_id,marker,label\nr0,git,perhaps\n", "labels.csv:2: label 'perhaps' is neither"),
        ("run_id,marker,label\nr0,gti,1\n", "no marker 'gti'. Did you mean 'git'?"),
        (
            "run_id,marker,label\nr0,git,1\nr9,git,1\n",
            "labels.csv:3: the workspace has no run 'r9'",
        ),
        ("run_id,marker,label\nr0,git,1\nr0,git,0\n", "labels.csv:3: git is labelled twice there"),
    ],
)
def test_mistakes_in_labels(csv: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        compared(csv)
    assert problem in str(caught.value)
