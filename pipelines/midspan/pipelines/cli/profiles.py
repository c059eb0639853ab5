"""The profile that a command judges by."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from midspan.scorers.profile import Profile


def asked_profile(suite: Path | None, profile: Path | None) -> "Profile | None":
    """Return the profile in a file, else that of a suite; None where neither is named.

    A suite beside a profile is read as well: a mistake in it is no less one.
    """
    from midspan.pipelines.files import load_profile, load_suite, load_suite_profile

    parsed = load_suite(suite) if suite is not None else None
    if profile is not None:
        return load_profile(profile)
    return load_suite_profile(suite, parsed) if suite is not None and parsed is not None else None
