"""The example suite can be planned, and its checks tell right from wrong."""

import hashlib
import shutil
from collections import Counter
from pathlib import Path

import pytest

from midspan.pipelines.checks import run_checks
from midspan.pipelines.files import load_setting, load_suite
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import ResolvedRevision, planned_sweep
from midspan.pipelines.sweep.stored import store_sweep, stored_sweep
from midspan.scorers.suite import Revision, Target

STUDY = Path(__file__).parents[4] / "examples" / "transformers-study"


def resolved(_target: Target, revision: Revision) -> ResolvedRevision:
    sha = hashlib.sha1(revision.ref.encode()).hexdigest()
    return ResolvedRevision(label=revision.label, ref=revision.ref, sha=sha)


def test_it_is_planned(tmp_path: Path) -> None:
    plan = planned_sweep(STUDY / "suite.yaml", resolve=resolved)

    # 5 models x (3 revisions x 3 tiers - 2 without the Skill) x 16 tasks x 5 trials
    assert len(plan.runs) == 5 * 7 * 16 * 5
    assert len({run.run_id for run in plan.runs}) == len(plan.runs)
    of_tier = Counter((run.planned.revision, run.planned.tier) for run in plan.runs)
    assert of_tier == {
        ("v5.8.0", "bare"): 400,
        ("v5.8.0", "clone"): 400,
        ("v5.9.0", "bare"): 400,
        ("v5.9.0", "clone"): 400,
        ("cli+skill", "bare"): 400,
        ("cli+skill", "clone"): 400,
        ("cli+skill", "skill"): 400,
    }
    folder = SweepFolder(tmp_path / "sweep")
    store_sweep(plan, folder)
    assert [run.planned for run in stored_sweep(folder).runs] == [run.planned for run in plan.runs]


def test_its_profile_keeps_to_its_examples_and_is_warned_of_nowhere() -> None:
    setting = load_setting(suite=STUDY / "suite.yaml")
    assert sorted(setting.profile.markers) == [
        *("called-as-tool", "cli", "hammered", "pipeline"),
        *("python-api", "ran-help", "read-exemplars"),
    ]


@pytest.mark.parametrize(
    ("task", "right", "wrong"),
    [
        ("classify-sentiment", "Negative.", "I cannot say whether it is positive or negative."),
        ("answer-question", "Marta Lindqvist", "the town"),
        ("fill-mask", "paris", "Lyon"),
        ("find-names", "Marta Lindqvist, Samuel Okafor", "Marta Lindqvist"),
        ("sort-ticket", "`delivery`", "billing, delivery and login"),
        ("count-tokens", "9", "90"),
        ("translate", "Das Haus ist wunderbar.", "Das Haus ist wunderbare"),
        ("closest-line", "3", "3 or 4"),
        ("classify-image", "Egyptian cat", "the category was not found"),
        ("count-objects", "2", "2 cats and 2 remotes: 4 objects"),
        ("transcribe", "I have a dream that one day this nation ... its creed", "I have a dream"),
        ("classify-audio", "Speech", "Music"),
    ],
)
def test_answers_are_told_apart(tmp_path: Path, task: str, right: str, wrong: str) -> None:
    found = load_suite(STUDY / "suite.yaml").task(task)
    assert found is not None
    verdicts = [
        [result.passed for result in run_checks(found.checks, answer=answer, directory=tmp_path)]
        for answer in (right, wrong)
    ]
    assert verdicts == [[True], [False]]


SUMMARY = "The lighthouse was dark for years until the cannery's owner gave it a green light."


@pytest.mark.parametrize(
    ("task", "file", "right", "wrong"),
    [
        ("summarize", "summary.txt", SUMMARY, "See the lighthouse."),
        ("summarize", "summary.txt", SUMMARY, None),
        ("generate", "story.txt", f"Once upon a time{', a king' * 6}", "Once upon a time"),
        (
            "judge-speech",
            "speech.json",
            '{"transcript": "I have a dream", "sentiment": "POSITIVE"}',
            '{"transcript": "I have a dream", "sentiment": "NEGATIVE"}',
        ),
        (
            "count-reviews",
            "counts.json",
            '{"negative": 2, "positive": 4}',
            '{"negative": 3, "positive": 3}',
        ),
    ],
)
def test_files_are_told_apart(
    tmp_path: Path, task: str, file: str, right: str, wrong: str | None
) -> None:
    found = load_suite(STUDY / "suite.yaml").task(task)
    assert found is not None
    verdicts = []
    for name, content in (("right", right), ("wrong", wrong)):
        directory = tmp_path / name
        (directory / "out").mkdir(parents=True)
        if content is not None:
            (directory / "out" / file).write_text(content)
        results = run_checks(found.checks, answer=None, directory=directory)
        verdicts.append(all(result.passed for result in results))
    assert verdicts == [True, False]


def test_a_summary_that_only_copies_is_none(tmp_path: Path) -> None:
    found = load_suite(STUDY / "suite.yaml").task("summarize")
    assert found is not None
    (tmp_path / "out").mkdir()
    shutil.copyfile(STUDY / "inputs" / "lighthouse.txt", tmp_path / "out" / "summary.txt")
    results = run_checks(found.checks, answer=None, directory=tmp_path)
    assert {result.id: result.passed for result in results} == {"file-0": True, "shorter": False}
