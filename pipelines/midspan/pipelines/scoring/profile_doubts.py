"""What is wrong with a profile although its form is right: said before anything is judged by it."""

import warnings
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from midspan.instrumentation.streams import visible
from midspan.scorers.comparison.declared import ALIASES, declared
from midspan.scorers.composites.doubts import unknown_parts, unweighable
from midspan.scorers.errors import InvalidInput
from midspan.scorers.file_format.problems import suggestion
from midspan.scorers.markers.doubts import blind_predicates
from midspan.scorers.markers.examples import contradictions
from midspan.scorers.plugins import available, declarations, load_scorer
from midspan.scorers.profile import Profile
from midspan.scorers.setting import Setting

SHARES = ("share", "0/1")


def warn_of_profile(profile: Profile, source: Path | str) -> None:
    """Warn of scorers that are not installed, and of predicates that can never hold."""
    for name in profile.scorers:
        if name not in available():
            near = suggestion(name, available()) or f" There are {', '.join(available())}."
            _warn(source, [f"scorers.{name}: no such scorer is installed.{near}"])
    _warn(source, blind_predicates(profile))


def warn_of_task_rules(setting: Setting, source: Path | str) -> None:
    """Warn of predicates in the rules of tasks that can never hold by the profile."""
    alone = setting.profile.model_copy(update={"markers": {}, "rules": {}})
    rules = [rule for task in setting.tasks.values() for rule in task.rules.items()]
    _warn(source, blind_predicates(alone, rules))


def warn_of_composites(setting: Setting, source: Path | str, there: Collection[str]) -> None:
    """Warn of parts of composites that no scorer gives; `there` are scores that have rows."""
    _warn(source, unknown_parts(setting, there))


def require_parameters(profile: Profile, source: Path | str) -> None:
    """Raise for parameters that a scorer does not have or refuses, with the file they stand in."""
    for name, wanted in profile.scorers.items():
        if isinstance(wanted, Mapping) and name in available():
            try:
                load_scorer(name, wanted)
            except InvalidInput as error:
                message = error.args[0].removeprefix(f"scorer {name}: ")
                raise InvalidInput(f"{source}: scorers.{name}: {message}", fix=error.fix) from error


def require_shares(setting: Setting, source: Path | str) -> None:
    """Raise for a part of a composite that can never be weighed."""
    refused = [f"{source}: composites.{at}: {why}" for at, why in unweighable(setting).items()]
    if refused:
        raise InvalidInput("\n".join(refused), fix="Leave it out, or weigh a share instead.")


def require_consistent(profile: Profile, source: Path | str) -> None:
    """Raise where a marker contradicts its examples: what it fires on is not what was meant."""
    found = contradictions(profile)
    if found:
        raise InvalidInput(
            "\n".join(f"{source}: markers.{visible(str(one))}" for one in found),
            fix="Mend the marker or its examples: `midspan markers check` holds them together.",
        )


def require_possible_gate(profile: Profile, source: Path | str) -> None:
    """Raise for a floor or a margin that no share can reach: 60 where 60 % is meant."""
    gate = profile.gate
    asked = [
        *((f"floors.{name}", name, floor) for name, floor in gate.floors.items()),
        *(
            (f"no_regression.{name}", name, margin.amount)
            for name, margin in gate.no_regression.items()
            if not margin.relative
        ),
    ]
    above = [each for each in asked if each[2] > 1]
    if not above:
        return
    known = declarations(profile)
    for place, name, amount in above:
        if declared(ALIASES.get(name, name), known).unit in SHARES:
            meant = f"Write {amount / 100:g} for {amount:g} %." if amount <= 100 else None
            raise InvalidInput(
                f"{source}: gate.{place}: {amount:g} is above 1, the most that a share can be",
                fix=meant,
            )


def _warn(source: Path | str, doubts: Iterable[str]) -> None:
    for doubt in doubts:
        warnings.warn(f"{source}: {doubt}", stacklevel=4)
