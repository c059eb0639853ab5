"""Tells what a signal handler of the agent raised from what went wrong in our own code.

Failures of ours are never raised into the agent. But an agent may bound a step by a handler that
raises (`signal.alarm` and a TimeoutError), and the signal may come while a step is being recorded:
that error is the agent's, and goes on its way. Blocking signals meanwhile would not do: a mask is
one thread's, and Python runs handlers in the main thread whichever thread the signal came to.

So an error is looked at once it is there, which costs a step that goes well nothing. Python calls a
handler with the frame that it interrupted: a frame that was given its own caller is a handler's.
An error put in from another thread (`PyThreadState_SetAsyncExc`) leaves no such trace; one that is
no Exception goes on all the same.
"""

from collections.abc import Callable
from itertools import pairwise
from traceback import walk_tb
from types import FrameType


def let_through(error: BaseException) -> None:
    """Raise the error again where it comes from a signal handler; else return."""
    if is_of_a_handler(error):
        raise error


def is_of_a_handler(error: BaseException) -> bool:
    """Return whether a signal handler raised it, or it is none that our code could have caught."""
    if not isinstance(error, Exception):
        return True
    frames = (frame for frame, _ in walk_tb(error.__traceback__))
    return any(_was_told_of(inner, outer) for outer, inner in pairwise(frames))


def completed(action: Callable[[], None]) -> None:
    """Do it; where a signal handler breaks in, do it once more, then let the handler's error go on.

    The action has to be one that may be done twice.
    """
    try:
        action()
    except BaseException as error:
        if is_of_a_handler(error):
            action()
        raise


def _was_told_of(frame: FrameType, interrupted: FrameType) -> bool:
    for value in frame.f_locals.values():
        if value is interrupted:
            return True
        if isinstance(value, tuple) and any(item is interrupted for item in value):
            return True
    return False
