from pathlib import Path

from tests.support.compared import workspace_of

TASKS = "abcdefgh"


def test_a_workspace_compares_its_variants_and_itself_with_another(tmp_path: Path) -> None:
    good, bad = dict.fromkeys(TASKS, "11"), dict.fromkeys(TASKS, "00")
    both = workspace_of(tmp_path / "both", {"good": good, "bad": bad})
    now = workspace_of(tmp_path / "now", {"m": good})
    before = workspace_of(tmp_path / "before", {"m": bad})
    for comparison in (both.compare(by="model", baseline="bad"), before.compare(now)):
        success = comparison.of("success")
        assert success is not None
        (difference,) = success.differences
        assert (difference.value, difference.verdict) == (1.0, "better")
