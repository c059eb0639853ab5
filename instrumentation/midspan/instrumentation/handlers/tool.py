"""The tool step: one execution of a tool, with its arguments and its result."""

from collections.abc import Callable
from typing import Any, TypeVar, overload

from opentelemetry.trace import TracerProvider

from midspan.instrumentation import conventions
from midspan.instrumentation.encoding import name_text, to_text
from midspan.instrumentation.handlers.base import (
    Attributes,
    Clock,
    StepHandle,
    quietly,
    started,
)
from midspan.instrumentation.handlers.functions import (
    Record,
    argument_values,
    name_of,
    signature_of,
    wrapped,
)
from midspan.instrumentation.late import Make, nothing

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


class ToolHandle(StepHandle):
    """One tool call; take `tool_call`, `start_tool_call` or the decorator `tool` to make one."""

    def __init__(
        self,
        name: str,
        *,
        arguments: object = None,
        call_id: str | None = None,
        tracer_provider: TracerProvider | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Keep what is called."""
        known = name_text(name)
        super().__init__(f"execute_tool {known}", tracer_provider=tracer_provider, clock=clock)
        self._tool = known
        self._arguments = arguments
        self._call_id = call_id
        self._result: Make = nothing

    @quietly
    def record_result(self, result: object) -> None:
        """Keep what the tool gave back: text as it is, anything else as JSON."""
        if self._captures:
            self._result = self._kept("result", _result, result)

    def _request(self) -> Attributes:
        attributes: Attributes = {
            conventions.OPERATION_NAME: "execute_tool",
            conventions.TOOL_NAME: self._tool,
            conventions.TOOL_TYPE: "function",
            conventions.SPAN_KIND: "TOOL",
            conventions.SPAN_TYPE: "TOOL",
        }
        if self._call_id is not None:
            attributes[conventions.TOOL_CALL_ID] = name_text(self._call_id)
        return attributes

    def _keep_input(self) -> None:
        if self._arguments is not None and self._captures:
            self._later("arguments", _arguments, self._arguments)

    def _outcome(self) -> Attributes:
        if not self._captures:
            return {}
        if self._failure is not None:
            return {conventions.OUTPUT_VALUE: self._failure_text()}
        self._makers.append(self._result)
        return {}


def _arguments(given: object) -> Attributes:
    # Text stays as the model wrote it, also where it is no JSON.
    arguments = to_text(given)
    return {
        conventions.TOOL_CALL_ARGUMENTS: arguments,
        conventions.INPUT_VALUE: arguments,
        conventions.INPUT_MIME_TYPE: conventions.JSON_MIME_TYPE,
    }


def _result(given: object) -> Attributes:
    return {conventions.TOOL_CALL_RESULT: to_text(given)}


def tool_call(
    name: str,
    *,
    arguments: object = None,
    call_id: str | None = None,
    tracer_provider: TracerProvider | None = None,
    clock: Clock | None = None,
) -> ToolHandle:
    """Return a tool step, for `with`; the arguments as a dictionary or as the model's own text.

    Example:
        >>> with tool_call("lookup_order", arguments={"order_id": "ORD-1042"}) as step:
        ...     step.record_result({"id": "ORD-1042"})
    """
    return ToolHandle(
        name, arguments=arguments, call_id=call_id, tracer_provider=tracer_provider, clock=clock
    )


start_tool_call = started(tool_call)


@overload
def tool(function: FunctionT, /) -> FunctionT: ...


@overload
def tool(
    *,
    name: str | None = None,
    tracer_provider: TracerProvider | None = None,
    clock: Clock | None = None,
) -> Callable[[FunctionT], FunctionT]: ...


def tool(
    function: FunctionT | None = None,
    /,
    *,
    name: str | None = None,
    tracer_provider: TracerProvider | None = None,
    clock: Clock | None = None,
) -> FunctionT | Callable[[FunctionT], FunctionT]:
    """Return the function, plain or async, with each call as a tool step.

    Example:
        >>> @tool
        ... def lookup_order(order_id: str) -> dict[str, str]:
        ...     return {"id": order_id}
    """

    def decorate(function: FunctionT) -> FunctionT:
        signature = signature_of(function)
        known_as = name or name_of(function)

        def make(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[ToolHandle, Record]:
            arguments = argument_values(signature, args, kwargs)
            handle = ToolHandle(
                known_as, arguments=arguments, tracer_provider=tracer_provider, clock=clock
            )
            return handle, handle.record_result

        return wrapped(function, make)

    return decorate if function is None else decorate(function)
