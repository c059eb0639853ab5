"""The scores that composites consist of: which way they are better, and which cannot take part."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from midspan.scorers.plugins import declarations
from midspan.scorers.profile import Profile
from midspan.scorers.score import Better, Declaration, Level

SHARES: Final = ("share", "0/1")
PREFIX: Final = "composite."
MARKERS: Final = "marker."


@dataclass(frozen=True, kw_only=True)
class Part:
    """What is known of a score before its rows are read."""

    falls: bool = False
    """Less of it is better."""
    refused: str | None = None
    """Why it cannot be part of a composite."""


def parts_of(profile: Profile) -> Mapping[str, Part]:
    """Return what is known of every score that the composites of a profile name."""
    names = {name for composite in profile.composites.values() for name in composite.weights}
    if not names:
        return {}
    declared = declarations()
    parts = {name: _part(name, declared.get(name)) for name in sorted(names)}
    for marker, of in profile.markers.items():
        if f"{MARKERS}{marker}" in parts:
            parts[f"{MARKERS}{marker}"] = Part(falls=of.better == "lower")
    return parts


def _part(name: str, declared: Declaration | None) -> Part:
    if name.startswith(PREFIX):
        return Part(refused=f"{name} is a composite itself")
    if declared is None:  # of a check, a rule, a person, or a package that declares nothing
        return Part()
    if declared.unit not in SHARES:
        return Part(refused=f"{name} is counted in {declared.unit}: only shares can be weighed")
    if declared.level is Level.STEP:
        return Part(refused=f"{name} is about steps: only scores of runs can be weighed")
    return Part(falls=declared.better is Better.LOWER)
