"""The scripted models behind the server: a request in, a completion or a refusal out."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from midspan.pipelines.demo.behaviours import SCRIPTED, Behaviour, Chance, read_conversation
from midspan.pipelines.demo.completions import Completion


class RefusedError(Exception):
    """A request that is answered with an error."""

    def __init__(
        self, status: int, message: str, *, code: str, parameter: str | None = None
    ) -> None:
        """Keep the HTTP status and the parts of the error body."""
        super().__init__(message)
        self.status = status
        kind = "server_error" if status >= 500 else "invalid_request_error"
        details = {"message": message, "type": kind, "param": parameter, "code": code}
        self.body = {"error": details}


@dataclass(frozen=True, kw_only=True)
class Models:
    """Models by name; they remember nothing between two requests.

    Attributes:
        behaviours: What each model does.
        overloaded: The share of requests that are refused with 503 until they are sent again.
        seed: Moves every choice of the models, whatever the seed of a request.
        clock: Seconds since the epoch, for `created`.
    """

    behaviours: Mapping[str, Behaviour] = field(default_factory=lambda: SCRIPTED)
    overloaded: float = 0.0
    seed: int = 0
    clock: Callable[[], float] = time.time

    def complete(self, request: object, *, retries: int = 0) -> Completion:
        """Return what the model of a request replies; raise `RefusedError` if it cannot."""
        asked = _checked(request)
        behaviour = self.behaviours.get(asked["model"])
        if behaviour is None:
            message = f"The model `{asked['model']}` does not exist."
            raise RefusedError(404, message, code="model_not_found")
        conversation = read_conversation(asked["messages"], asked.get("tools") or ())
        prompt = conversation.problem.prompt
        moved = f" {self.seed}" if self.seed else ""
        chance = Chance(seed=f"{asked.get('seed', 0)} {asked['model']} {prompt}{moved}")
        turn = len(conversation.heard)
        if retries == 0 and chance.happens(self.overloaded, "overloaded", turn):
            raise RefusedError(503, "The server is overloaded, try again.", code="overloaded")
        try:
            reply = conversation.next_reply(behaviour, chance)
        except Exception as error:
            # A behaviour is code of a caller: its failure is the model's, and must reach the agent.
            message = f"The behaviour raised {type(error).__name__}: {error}"
            raise RefusedError(500, message, code="behaviour_failed") from error
        return Completion(request=asked, reply=reply, created=int(self.clock()))


def _checked(request: object) -> dict[str, Any]:
    if not isinstance(request, dict):
        raise _malformed("The body must be a JSON object.")
    if not isinstance(request.get("model"), str):
        raise _malformed("`model` must be a string.", "model")
    messages = request.get("messages")
    if not isinstance(messages, list) or not messages:
        raise _malformed("`messages` must be a list of at least one message.", "messages")
    for place, message in enumerate(messages):
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise _malformed("A message is an object with a `role`.", f"messages[{place}]")
        for call in message.get("tool_calls") or ():
            if not isinstance(call, dict) or not isinstance(call.get("id"), str):
                raise _malformed("A tool call has an `id`.", f"messages[{place}].tool_calls")
    for place, tool in enumerate(request.get("tools") or ()):
        if not isinstance(tool, dict) or "name" not in (tool.get("function") or {}):
            raise _malformed("A tool has a `function` with a `name`.", f"tools[{place}]")
    return request


def _malformed(message: str, parameter: str | None = None) -> RefusedError:
    return RefusedError(400, message, code="invalid_request", parameter=parameter)
