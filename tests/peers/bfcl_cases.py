"""Generated cases in BFCL's words: several allowed values, and tools with typed parameters."""

import random
from typing import Any

from tests.peers.cases import KEYS, NAMES, VALUES, Call, Case, case

TYPES = ("string", "integer", "number", "boolean", "array", "object")
BY_THEIR_NAME = {"number": "float", "object": "dict"}


def generate(count: int, seed: int) -> list[Case]:
    """Equal seeds give equal cases, mostly of as many calls as expected."""
    chance = random.Random(seed)
    return [in_their_words(chance, case(chance)) for _ in range(count)]


def in_their_words(chance: random.Random, case: Case) -> Case:
    """The case with `rules` for a suite, `allowed` values for BFCL, and the functions."""
    wanted = []
    for call in case["wanted"]:
        rules = {key: rule(chance, value) for key, value in call["arguments"].items()}
        allowed = {key: allowed_by(rule) for key, rule in rules.items()}
        wanted.append({**call, "rules": rules, "allowed": allowed})
    schemas = {name: schema(chance, wanted) for name in NAMES}
    return {
        "made": case["made"],
        "wanted": wanted,
        "schemas": schemas,
        "functions": [
            {"name": name, "parameters": renamed(schema)} for name, schema in schemas.items()
        ],
    }


def rule(chance: random.Random, value: Any) -> Any:
    """The value, or a choice that it is part of."""
    if chance.random() < 0.6:
        return value
    others = chance.sample(VALUES, chance.choice((0, 1, 2)))
    choice: dict[str, Any] = {"any_of": chance.sample([value, *others], len(others) + 1)}
    return {**choice, "optional": True} if chance.random() < 0.5 else choice


def allowed_by(rule: Any) -> list[Any]:
    """BFCL's list of answers: a list for each value in an object, "" for an optional one."""
    if not isinstance(rule, dict) or "any_of" not in rule:
        return [answer(rule)]
    return [answer(value) for value in rule["any_of"]] + ([""] if rule.get("optional") else [])


def answer(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: [item] for key, item in value.items()}
    if isinstance(value, list):
        return [answer(item) if isinstance(item, dict) else item for item in value]
    return value


def schema(chance: random.Random, wanted: list[Call]) -> dict[str, Any]:
    """Parameters of mostly the types of the values that are expected."""
    properties = {}
    for key in KEYS:
        used = [call["arguments"][key] for call in wanted if key in call["arguments"]]
        if chance.random() < 0.97:
            properties[key] = parameter(chance, used[0] if used else None)
    required = [key for key in KEYS if chance.random() < 0.1]
    return {"properties": properties, "required": required}


def parameter(chance: random.Random, value: Any) -> dict[str, Any]:
    type_ = type_of(value) if chance.random() < 0.9 else chance.choice(TYPES)
    if type_ != "array":
        return {"type": type_}
    likely = type_of(value[0]) if isinstance(value, list) and value else "integer"
    return {"type": type_, "items": {"type": likely if chance.random() < 0.9 else "string"}}


def type_of(value: Any) -> str:
    for kind, name in ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string")):
        if isinstance(value, kind):
            return name
    return "array" if isinstance(value, list) else "object"


def renamed(details: Any) -> Any:
    """A schema with the types by BFCL's names."""
    if isinstance(details, dict):
        return {
            key: BY_THEIR_NAME.get(item, item) if key == "type" else renamed(item)
            for key, item in details.items()
        }
    return details
