"""How far the arguments of a call meet those expected: the argument modes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from midspan.scorers.file_format import ArgumentMatcher
from midspan.scorers.matching.bfcl import bfcl_meets, bfcl_optional
from midspan.scorers.matching.rules import Rule
from midspan.scorers.matching.schemas import NO_PARAMETERS, Parameters
from midspan.scorers.matching.values import json_type
from midspan.scorers.suite.expected_calls import (
    ArgumentMode,
    ExpectedCall,
    ExpectedCalls,
    KeyedArguments,
)

LITERAL_MODES: Final = ("exact", "subset", "superset")
"""Modes by which equal arguments always match, whatever the tool's schema says."""


@dataclass(frozen=True, kw_only=True)
class GivenArguments:
    """The arguments of a call that was made, and what its tool takes."""

    values: Mapping[str, Any] | None
    """None: not JSON, or no object."""
    parameters: Parameters = NO_PARAMETERS
    schema_valid: bool | None = None
    """None: the schema is unknown."""

    @classmethod
    def read(
        cls,
        canonical: str | None,
        *,
        parameters: Parameters = NO_PARAMETERS,
        schema_valid: bool | None = None,
    ) -> "GivenArguments":
        """Return arguments from their canonical text."""
        values = json.loads(canonical) if canonical is not None else None
        return cls(
            values=values if isinstance(values, dict) else None,
            parameters=parameters,
            schema_valid=schema_valid,
        )


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Which arguments were looked at, and which of them are as expected."""

    looked_at: frozenset[str]
    met: frozenset[str]
    refused: bool = False
    """The arguments as a whole are not what was asked for: no object, or against the schema."""

    @property
    def credit(self) -> float:
        """Return met / looked at; 1 only where nothing is amiss."""
        of = len(self.looked_at) + self.refused
        return len(self.met) / of if of else 1.0


@dataclass(frozen=True, kw_only=True)
class ExpectedArguments:
    """The arguments that one expected call asks for, and the mode they are compared in."""

    call: ExpectedCall
    expected: ExpectedCalls

    @property
    def mode(self) -> ArgumentMode:
        """Return the mode that arguments are compared in."""
        return self.expected.arguments

    @property
    def compared(self) -> bool:
        """Return whether the arguments matter at all."""
        return self.call.arguments is not None and self.mode != "ignore"

    @cached_property
    def literals(self) -> Mapping[str, Any] | None:
        """Return the arguments as they are written, where they matter and none is a matcher."""
        written = self.call.arguments if self.compared else None
        if written is None or any(isinstance(rule, ArgumentMatcher) for rule in written.values()):
            return None
        return written

    @cached_property
    def rules(self) -> Mapping[str, Rule] | None:
        """Return the rule of each argument; None: not compared."""
        if self.call.arguments is None or not self.compared:
            return None
        return {
            name: Rule.of(rule, ordered=self.expected.list_order(name) == "ordered")
            for name, rule in self.call.arguments.items()
        }

    def credit(self, given: GivenArguments) -> float:
        """Return the share of what is looked at that is as expected; 1 is a match."""
        rules, values = self.rules, given.values
        if self.literals is None or rules is None or values is None:
            return self.compare(given).credit
        if self.mode != "exact" or given.parameters.known:
            return self.compare(given).credit
        # By far the most calls come here, and need no sets of names to be told apart by.
        met = sum(name in rules and rules[name].meets(value) for name, value in values.items())
        looked_at = len(rules.keys() | values.keys())
        return met / looked_at if looked_at else 1.0

    def compare(self, given: GivenArguments) -> Comparison:
        """Return how far arguments meet these."""
        if self.rules is None:
            return Comparison(looked_at=frozenset(), met=frozenset())
        if given.values is None:
            return Comparison(looked_at=frozenset(self.rules), met=frozenset(), refused=True)
        looked_at = frozenset(self._looked_at(self.rules, given, given.values))
        both = [name for name in looked_at if name in self.rules and name in given.values]
        return Comparison(
            looked_at=looked_at,
            met=frozenset(
                name
                for name in both
                if self._meets(name, self.rules[name], given.values[name], given)
            ),
            refused=self.mode == "schema" and given.schema_valid is False,
        )

    def _looked_at(
        self, rules: Mapping[str, Rule], given: GivenArguments, values: Mapping[str, Any]
    ) -> set[str]:
        optional = bfcl_optional if self.mode == "bfcl" else _optional
        asked = {name for name in rules if name in values or not optional(rules[name])}
        match self.mode:
            case KeyedArguments(keys=keys):
                return (asked | values.keys()) & set(keys)
            case "subset":
                return asked
            case "superset":
                return set(values)
            case "schema" if given.schema_valid is not None:
                return asked
            case "bfcl":
                return asked | values.keys() | given.parameters.required
        return asked | values.keys()

    def _meets(self, name: str, rule: Rule, value: Any, given: GivenArguments) -> bool:
        parameters = given.parameters
        if parameters.known:
            value = parameters.decoded(name, value)
            if rule.matcher is None:
                rule = Rule(value=parameters.decoded(name, rule.value), ordered=rule.ordered)
        if self.mode == "schema":
            return json_type(value) in rule.types()
        if self.mode == "bfcl":
            inside = not parameters.known or name in parameters.names
            return inside and bfcl_meets(rule, value)
        return rule.meets(value)


def _optional(rule: Rule) -> bool:
    return rule.optional
