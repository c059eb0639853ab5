"""What may be made of a text, given what the request asked for."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from midspan.instrumentation.encoding import to_json
from midspan.instrumentation.messages import parsed_arguments
from midspan.instrumentation.proxy.exchange import TranslatedCall, Translation
from midspan.instrumentation.proxy.translation.gate import Gate
from midspan.instrumentation.proxy.wire.asked import items_of
from midspan.instrumentation.text_calls import OfferedTool, TextCall, TextCalls, find_text_calls

CUT: Final = "length"
SENT_ALREADY: Final = "part of it had been sent before it could be told for a call"
NONE_FOUND: Final = "tool_choice asks for a call, and the text holds none"


def _new_id() -> str:
    return f"call_{uuid.uuid4().hex[:24]}"


@dataclass(frozen=True, kw_only=True)
class Translator:
    """The tools of one request, and how far it lets them be called."""

    tools: Sequence[OfferedTool]
    required: bool = False
    allowed: frozenset[str] | None = None
    """The names that `tool_choice` is content with; None where any will do."""
    single: bool = False
    new_id: Callable[[], str] = _new_id

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> Self | None:
        """Return what a request lets be made; None where it offers no tools or wants no call."""
        tools = [tool for each in items_of(request.get("tools")) if (tool := OfferedTool.of(each))]
        choice = request.get("tool_choice")
        if not tools or choice == "none":
            return None
        named, required = _wanted(choice)
        return cls(
            tools=tools,
            required=required,
            allowed=named,
            single=request.get("parallel_tool_calls") is False,
        )

    def translate(
        self, text: object, finish_reason: object, *, sent: int = 0
    ) -> tuple[Translation, str]:
        """Return what becomes of a whole message, and what of its text is to be sent beside it.

        So many of its characters the client has got already.
        """
        if not isinstance(text, str):
            text = ""
        found = find_text_calls(text, self.tools)
        if not found:
            return Translation(reason=NONE_FOUND if self.required else None), text[sent:]
        reason = self._doubt(found, finish_reason)
        rest = self._rest(text, found, sent)
        if reason is not None or rest is None:
            return Translation(form=found.form, reason=reason or SENT_ALREADY), text[sent:]
        calls = tuple(
            TranslatedCall(id=self.new_id(), name=call.name, arguments=_arguments(call))
            for call in found.calls
        )
        return Translation(form=found.form, calls=calls), rest

    def gate(self) -> Gate:
        """Return what says how much of a growing message may be sent."""
        return Gate([tool.name for tool in self.tools], hold_all=self.required)

    def _rest(self, text: str, found: TextCalls, sent: int) -> str | None:
        """Return the text beside the calls that is not sent yet, None where they are sent too."""
        free = max(sent, self.gate().free(text))
        after = find_text_calls(text[free:], self.tools)
        if [call.name for call in after.calls] == [call.name for call in found.calls]:
            return text[sent:free] + after.rest
        return None if sent else found.rest

    def _doubt(self, found: TextCalls, finish_reason: object) -> str | None:
        """Return why calls are to be left as text."""
        if not found.translatable:
            return found.reason or "nobody can tell what was meant"
        if finish_reason == CUT:
            return "the reply was cut off at its limit of tokens"
        others = {call.name for call in found.calls} - (self.allowed or set())
        if self.allowed is not None and others:
            return f"tool_choice does not allow {', '.join(sorted(others))}"
        if self.single and len(found.calls) > 1:
            return f"{len(found.calls)} calls, and parallel_tool_calls is false"
        return None


def _wanted(choice: object) -> tuple[frozenset[str] | None, bool]:
    """Return the names that a tool choice allows, None for all, and whether it asks for a call."""
    if not isinstance(choice, dict):
        return None, choice == "required"
    allowed = choice.get("allowed_tools")
    if isinstance(allowed, dict):
        tools = [OfferedTool.of(each) for each in items_of(allowed.get("tools"))]
        return frozenset(tool.name for tool in tools if tool), allowed.get("mode") == "required"
    tool = OfferedTool.of(choice)
    return (frozenset([tool.name]), True) if tool else (None, False)


def _arguments(call: TextCall) -> str:
    """Return the arguments as written; where that was no JSON, or lacked its end, as understood."""
    raw = call.raw_arguments
    if raw is not None and parsed_arguments(raw) == call.arguments:
        return raw
    return to_json(call.arguments or {})
