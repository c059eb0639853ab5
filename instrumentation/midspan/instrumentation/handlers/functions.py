"""Turns a function into a step: each call starts a handle and keeps what the function returns."""

import functools
import inspect
import logging
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TypeVar, cast

from midspan.instrumentation.handlers.base import StepHandle
from midspan.instrumentation.interruptions import let_through

logger = logging.getLogger(__name__)

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])
Record = Callable[[object], None]
MakeHandle = Callable[[tuple[Any, ...], dict[str, Any]], tuple[StepHandle, Record]]


def wrapped(function: FunctionT, make: MakeHandle) -> FunctionT:
    """Return the function, plain or async, with a step around each call."""
    if isinstance(function, staticmethod | classmethod):
        # The descriptor stays what it is: without it the function would be given a `self`.
        return cast(FunctionT, type(function)(wrapped(function.__func__, make)))
    if _is(inspect.isgeneratorfunction, function) or _is(inspect.isasyncgenfunction, function):
        logger.warning(
            "%s is a generator and is not recorded as a step; use a `with` block inside it",
            name_of(function),
        )
        return function
    if _is(inspect.iscoroutinefunction, function):

        @functools.wraps(function)
        async def call_async(*args: Any, **kwargs: Any) -> Any:
            handle, record = _made(make, args, kwargs)
            with handle:
                result = await function(*args, **kwargs)
                record(result)
                return result

        return cast(FunctionT, call_async)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        handle, record = _made(make, args, kwargs)
        with handle:
            result = function(*args, **kwargs)
            record(result)
            return result

    return cast(FunctionT, call)


def name_of(function: Callable[..., Any]) -> str:
    """Return what a function is called; of a partial or an object, what it was made from."""
    while isinstance(function, functools.partial):
        function = function.func
    return getattr(function, "__name__", None) or type(function).__name__


def signature_of(function: Callable[..., Any]) -> inspect.Signature | None:
    """Return the signature of a function, None where it has none, as some builtins."""
    try:
        return inspect.signature(getattr(function, "__func__", function))
    except (TypeError, ValueError):
        return None


def argument_values(
    signature: inspect.Signature | None, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> dict[str, Any]:
    """Return the arguments of a call by name, without the `self` or `cls` of a method."""
    if signature is None:
        return {"args": args, **kwargs} if args else kwargs
    bound = signature.bind(*args, **kwargs).arguments
    values: dict[str, Any] = {}
    for position, (name, value) in enumerate(bound.items()):
        if signature.parameters[name].kind is inspect.Parameter.VAR_KEYWORD:
            values.update(value)
        elif position > 0 or name not in ("self", "cls"):
            values[name] = value
    return values


def _is(kind: Callable[[Any], bool], function: Callable[..., Any]) -> bool:
    """Return whether a function, or what calling an object calls, is of a kind."""
    return kind(function) or kind(type(function).__call__)


def _made(
    make: MakeHandle, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple["StepHandle | nullcontext[None]", Record]:
    try:
        return make(args, kwargs)
    except Exception as error:
        let_through(error)
        # Most often a wrong argument: the function itself raises the right error for it.
        logger.debug("no step for this call: %s", error)
        return nullcontext(), lambda result: None
