"""Beside a stored suite stands which experiment it is, and which commits its revisions are."""

from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.sweep.experiment import read_experiment, resumed
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import SweepPlan
from midspan.pipelines.sweep.stored import store_sweep
from midspan.scorers.errors import InvalidInput
from midspan.scorers.suite import Revision, Target
from tests.support.sweeps import made_up, planned, sha_of


@pytest.fixture
def folder(tmp_path: Path) -> SweepFolder:
    return SweepFolder(tmp_path / "sweep")


@pytest.fixture
def plan(tmp_path: Path) -> SweepPlan:
    revisions = ["v1.0", {"ref": "3f1c2ab", "name": "cli+skill"}]
    return planned(
        tmp_path / "suite",
        matrix={"revisions": revisions},
        target={"repository": "https://example.org/lib"},
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no record of a sweep"),
        ('{"contract": 2, "experiment": "x", "suite_digest": ""}', "has contract 2"),
        (
            '{"experiment": "x", "suite_digest": "", "revisions": {"a": {"ref": "a", "sha": "1"}}}',
            r"is no record of a sweep: Expected `str` matching regex",
        ),
    ],
)
def test_a_record_that_is_none(folder: SweepFolder, text: str, said: str) -> None:
    folder.suite.mkdir(parents=True)
    folder.experiment_file.write_text(text)
    with pytest.raises(InvalidInput, match=said):
        read_experiment(folder)


class TestResuming:
    def test_a_moved_branch_is_what_it_was(self, plan: SweepPlan, folder: SweepFolder) -> None:
        """Else all that was paid for would be run again."""
        store_sweep(plan, folder)
        target = plan.suite.target
        assert target is not None

        def moved(target: Target, revision: Revision) -> Any:
            raise AssertionError(f"asked for {revision.ref}")

        again = resumed(folder, moved)(target, Revision(ref="v1.0"))
        assert again.sha == sha_of("v1.0")

    @pytest.mark.parametrize(
        ("target", "revision"),
        [
            (Target(repository="https://example.org/lib"), Revision(ref="v2.0")),
            (Target(repository="https://example.org/lib"), Revision(ref="v2.0", name="v1.0")),
            (Target(repository="https://example.org/other"), Revision(ref="v1.0")),
        ],
    )
    def test_what_was_not_there_is_asked_for(
        self, plan: SweepPlan, folder: SweepFolder, target: Target, revision: Revision
    ) -> None:
        store_sweep(plan, folder)
        asked = []

        def ask(target: Target, revision: Revision) -> Any:
            asked.append(revision.ref)
            return made_up(target, revision)

        assert resumed(folder, ask)(target, revision).sha == sha_of(revision.ref)
        assert asked == [revision.ref]
