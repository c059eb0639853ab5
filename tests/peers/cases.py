"""Generated cases: calls expected, and calls made that are near them, in many small ways."""

import random
from typing import Any

Case = dict[str, Any]
Call = dict[str, Any]

VALUES: list[Any] = [
    *(0, 1, 2, 1.0, 1.5, -3, True, False, None),
    *("", "a", "A", "a b", "A-b", "1", "it's", '{"k": 1}', ' {"k":1.0} ', "[1", "é"),
    *([], [1], [1, 2], [2, 1], [1.0], ["a"], ["A "], ["b"], [[1]], [{"k": 1}], [{"k": 2}], [{}]),
    *({}, {"k": 1}, {"k": 1.0}, {"k": 2}, {"k": 1, "l": 2}, {"l": 2, "k": 1}),
    *({"k": {"m": 1}}, {"k": {"m": 1, "n": 2}, "l": 2}, {"k": "A b"}, {"k": "ab"}),
]
NAMES = ("search", "read", "write")
KEYS = ("x", "y", "z")


def generate(count: int, seed: int) -> list[Case]:
    """Equal seeds give equal cases."""
    chance = random.Random(seed)
    return [case(chance) for _ in range(count)]


def case(chance: random.Random) -> Case:
    wanted = [call(chance) for _ in range(chance.choice((0, 1, 1, 2, 2, 3, 4)))]
    if wanted and chance.random() < 0.3:
        wanted.append(near(chance, chance.choice(wanted)))
    made = [dict(each) for each in wanted]
    for _ in range(chance.choice((0, 0, 1, 1, 2, 4))):
        made = changed(chance, made)
    return {
        "made": [{**each, **executed(chance)} for each in made],
        "wanted": wanted,
    }


def changed(chance: random.Random, calls: list[Call]) -> list[Call]:
    """The calls after one change."""
    way = chance.randrange(8)
    if way == 0:
        return [*calls, call(chance)]
    if not calls:
        return calls
    at = chance.randrange(len(calls))
    if way == 1:
        return chance.sample(calls, len(calls))
    if way == 2:
        return [*calls, calls[at]]
    if way == 3:
        return [*calls[:at], *calls[at + 1 :]]
    if way == 4 and chance.random() < 0.2:
        return []
    return [*calls[:at], near(chance, calls[at]), *calls[at + 1 :]]


def call(chance: random.Random) -> Call:
    keys = chance.sample(KEYS, chance.choice((0, 1, 1, 2, 3)))
    return {
        "name": chance.choice(NAMES),
        "arguments": {key: chance.choice(VALUES) for key in keys},
    }


def near(chance: random.Random, call: Call) -> Call:
    """A call that differs in one thing: a value, its type, a key more or less, the name."""
    arguments = dict(call["arguments"])
    way = chance.randrange(5)
    if way == 0:
        return {**call, "name": chance.choice(NAMES)}
    if way == 1 or not arguments:
        arguments[chance.choice(KEYS)] = chance.choice(VALUES)
        return {**call, "arguments": arguments}
    key = chance.choice(list(arguments))
    value = arguments.pop(key)
    if way == 2:
        return {**call, "arguments": arguments}
    if way == 3:
        alike = [other for other in VALUES if str(other).lower() == str(value).lower()]
        alike += [other for other in VALUES if other == value]
        return {**call, "arguments": {**arguments, key: chance.choice(alike)}}
    # The same arguments, in another order.
    return {**call, "arguments": {**arguments, key: value}}


def executed(chance: random.Random) -> dict[str, bool]:
    ran = chance.random() < 0.9
    return {"executed": ran, "errored": ran and chance.random() < 0.2}
