"""What docs/revisions.md shows is valid, and stands in the cache under the names it shows."""

import re
from pathlib import Path

from midspan.pipelines.sweep.places.cache import named
from midspan.scorers.profile import Profile
from midspan.scorers.suite import Suite

PAGE = (Path(__file__).parents[4] / "docs" / "revisions.md").read_text()


def test_its_suite_and_its_profile_are_valid() -> None:
    suite, profile = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert Suite.parse(suite).run_count == 25
    assert sorted(Profile.parse(profile).markers) == ["cli", "python-api", "ran-help"]


def test_the_name_in_the_cache_is_the_one_shown() -> None:
    address = "https://example.com/shop.git"
    assert f"repositories/{named(address, address)}.git " in PAGE
