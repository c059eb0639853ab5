"""What the judgements of recovery can be set to."""

from dataclasses import dataclass, fields
from typing import Any

from midspan.scorers.errors import InvalidInput
from midspan.scorers.tables import Tables


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Where a repeated call stops to be a new attempt."""

    long_text: float = 0.98
    """From this similarity on, two long texts count as the same (`perturbed_retry`)."""
    transient_retries: int = 2
    """Identical calls of one operation that a passing fault justifies."""
    cycle_period: int = 4
    """The longest sequence of failing calls that counts as a cycle."""
    cycle_times: int = 3
    """How often a sequence of failing calls is seen before it is a cycle."""

    def __post_init__(self) -> None:
        if not 0 <= self.long_text <= 1:
            raise InvalidInput(f"recovery: long_text is a share of 0..1, not {self.long_text}")
        if self.transient_retries < 0:
            raise InvalidInput(
                f"recovery: transient_retries must be 0 or more, not {self.transient_retries}"
            )
        if self.cycle_period < 1:
            raise InvalidInput(f"recovery: cycle_period must be 1 or more, not {self.cycle_period}")
        if self.cycle_times < 2:
            raise InvalidInput(f"recovery: cycle_times must be 2 or more, not {self.cycle_times}")


def parameters_of(tables: Tables) -> Parameters:
    """Return what the profile sets for the scorer `recovery`, for scorers that build on it."""
    given = tables.setting.profile.scorers.get("recovery")
    if not isinstance(given, dict):
        return Parameters()
    known: dict[str, Any] = {
        each.name: given[each.name] for each in fields(Parameters) if each.name in given
    }
    return Parameters(**known)
