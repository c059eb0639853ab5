"""Composites that name what is no score, or what cannot be weighed."""

from collections.abc import Collection, Mapping

from midspan.scorers.composites.parts import parts_of
from midspan.scorers.file_format.problems import suggestion
from midspan.scorers.plugins import declarations
from midspan.scorers.setting import Setting


def unweighable(setting: Setting) -> Mapping[str, str]:
    """Return why a part can never be weighed, by its place: `quality.weights.tokens`."""
    parts = parts_of(setting.profile)
    return {
        f"{name}.weights.{part}": refused
        for name, composite in setting.profile.composites.items()
        for part in composite.weights
        if (refused := parts[part].refused) is not None
    }


def unknown_parts(setting: Setting, there: Collection[str] = ()) -> list[str]:
    """Return a line for each part that no scorer gives, and for composites of nothing else.

    `there` are scores that have rows: people and other programs give scores that nothing declares.
    """
    composites = setting.profile.composites
    if not composites:
        return []
    known = {*_known(setting), *there}
    said = []
    for name, composite in composites.items():
        strange = [part for part in composite.weights if not _is_known(part, setting, known)]
        said += [
            f"composites.{name}: no such score: {part}.{suggestion(part, known)}"
            for part in strange
        ]
        if len(strange) == len(composite.weights):
            said.append(f"composites.{name}: none of its parts is a score, so no run will have it")
    return said


def _known(setting: Setting) -> set[str]:
    """Return the names that a part may have; a family stands with each name that is known."""
    declared = {name for name in declarations(setting.profile) if not name.endswith("*")}
    tasks = setting.tasks.values()
    return {
        *declared,
        *(f"marker.{name}" for name in setting.profile.markers),
        *(f"rule.{name}" for name in setting.profile.rules),
        *(f"rule.{name}" for task in tasks for name in task.rules),
        *(f"check.{check.id}" for task in tasks for check in task.checks),
    }


def _is_known(part: str, setting: Setting, known: Collection[str]) -> bool:
    if part in known:
        return True
    family = part.partition(".")[0]
    # Without a suite nobody knows the rules and checks of its tasks.
    if family == "marker" or (family in {"rule", "check"} and setting.tasks):
        return False
    return part in declarations(setting.profile)
