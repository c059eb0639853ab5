"""What the scripted models say, turn by turn: the truth that the tests compare with."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

ANSWER: Final = "Order ORD-1042 costs 39.00 USD, which is 35.88 EUR or 5811.00 JPY."
CUT_OFF: Final = '{"amount": 39.0, "from_currency": "USD", "to_currency": '


@dataclass(frozen=True, kw_only=True)
class Call:
    """One tool call, its arguments as the model writes them."""

    name: str
    arguments: str

    @property
    def parsed(self) -> dict[str, Any]:
        """Return the arguments; those that a model cut off as Anthropic's API mends them."""
        try:
            arguments: dict[str, Any] = json.loads(self.arguments)
        except ValueError:
            arguments = json.loads(self.arguments.rpartition(",")[0] + "}")
        return arguments


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One response."""

    text: str = ""
    calls: Sequence[Call] = ()


def call(name: str, **arguments: Any) -> Call:
    return Call(name=name, arguments=json.dumps(arguments))


def _conversion(to_currency: str) -> Call:
    return call("convert_currency", amount=39.0, from_currency="USD", to_currency=to_currency)


FAILS = Turn(text="Let me look up the order.", calls=(call("lookup_order", order_id="1042"),))
_MENDED = Turn(calls=(call("lookup_order", order_id="ORD-1042"),))
_BOTH = Turn(calls=(_conversion("EUR"), _conversion("JPY")))
_BROKEN = Turn(calls=(Call(name="convert_currency", arguments=CUT_OFF),))
_END = Turn(text=ANSWER)


def _code(thought: str, *lines: str) -> Turn:
    return Turn(text="\n".join((f"Thought: {thought}", "<code>", *lines, "</code>")))


CODER_FAILS = _code("Look up the order.", "print(lookup_order('1042'))")

MODELS: Final[Mapping[str, Sequence[Turn]]] = {
    "careful": (FAILS, _MENDED, _BOTH, _END),
    # Its fourth response breaks off in the middle of a call.
    "careless": (FAILS, _MENDED, _BOTH, _BROKEN, _END),
    "coder": (
        CODER_FAILS,
        _code("The id was wrong.", "print(lookup_order('ORD-1042'))"),
        _code(
            "Convert.",
            "eur = convert_currency(39.0, 'USD', 'EUR')",
            "jpy = convert_currency(amount=39.0, from_currency='USD', to_currency='JPY')",
            "print(eur, jpy)",
        ),
        _code("Done.", f"final_answer({ANSWER!r})"),
    ),
    "shell": (
        Turn(calls=(call("bash", command="cat orders/1042"),)),
        Turn(calls=(call("bash", command="cat orders/ORD-1042"),)),
        Turn(text="Order ORD-1042 costs 39.00 USD."),
    ),
}


def turn_of(model: str, said: int, *, tools: Sequence[str]) -> Turn:
    """Return what a model says after so many responses; an agent may end by a tool of its own.

    A model that is none of these, such as an example's own, is careful; without tools it codes.
    """
    turns = MODELS.get(model) or MODELS["careful" if tools else "coder"]
    turn = turns[min(said, len(turns) - 1)]
    if turn is _END and "final_answer" in tools:
        return Turn(calls=(call("final_answer", answer=ANSWER),))
    return turn


@dataclass(frozen=True, kw_only=True)
class Usage:
    """The token counts of a response; cached ones are among the input."""

    input: int
    cached: int
    output: int
    reasoning: int


def usage_of(said: int) -> Usage:
    """Return the counts of the response after so many others."""
    return Usage(input=120 + 60 * said, cached=64 * said, output=21 + said, reasoning=3)
