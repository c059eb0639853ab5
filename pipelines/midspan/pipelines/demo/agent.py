"""A plain agent: it asks the model, runs the tools it calls, and stops at an answer or a budget."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from midspan.pipelines.demo.definitions import DEFINITIONS, RETRY_HEADER
from midspan.pipelines.demo.recording import Recorder
from midspan.pipelines.demo.tools import InvalidArgumentsError, ToolError, Toolset
from midspan.pipelines.records import BudgetKind, EndedBy

NAME: Final = "shop-agent"
INSTRUCTIONS: Final = (
    "You work in the back office of a small shop. Use the tools, and answer as briefly as asked."
)
PROVIDER_RETRIES: Final = 2


class MalformedArgumentsError(ToolError):
    """The arguments of a call are not JSON."""


class ModelUnavailableError(Exception):
    """The model server refused a request, also when asked again."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How an agent ended that did not fail."""

    answer: str | None
    ended_by: EndedBy
    budget: BudgetKind | None = None


@dataclass(frozen=True, kw_only=True)
class Agent:
    """A model, its tools and its budget."""

    client: httpx.Client
    model: str
    tools: Toolset
    max_turns: int
    recorder: Recorder
    seed: int = 0

    def run(self, prompt: str) -> Ended:
        """Return the answer to the prompt, or that the turns were spent before there was one."""
        messages: list[Mapping[str, Any]] = [
            {"role": "system", "content": INSTRUCTIONS},
            {"role": "user", "content": prompt},
        ]
        with self.recorder.agent(NAME, question=prompt, model=self.model) as step:
            for _ in range(self.max_turns):
                message = self._ask(messages)
                calls = message.get("tool_calls") or []
                if not calls:
                    answer = message.get("content")
                    step.record_answer(answer)
                    return Ended(answer=answer, ended_by="exit")
                messages.append(
                    {"role": "assistant", "content": message.get("content"), "tool_calls": calls}
                )
                messages += [self._execute(call) for call in calls]
            spent = f"no answer after {self.max_turns} turns"
            step.record_failure("MaxTurnsExceeded", spent)
            return Ended(answer=None, ended_by="budget", budget="turns")

    def _ask(self, messages: list[Mapping[str, Any]]) -> Mapping[str, Any]:
        request = {
            "model": self.model,
            "messages": messages,
            "tools": DEFINITIONS,
            "seed": self.seed,
        }
        error = ""
        for attempt in range(PROVIDER_RETRIES + 1):
            with self.recorder.llm_call(request) as record:
                response = self.client.post(
                    "chat/completions", json=request, headers={RETRY_HEADER: str(attempt)}
                )
                body = response.json()
                record.answered(response.status_code, body)
            if response.is_success:
                message: Mapping[str, Any] = body["choices"][0]["message"]
                return message
            error = f"{response.status_code}: {body['error']['message']}"
            if response.status_code < 500:
                break
        raise ModelUnavailableError(error)

    def _execute(self, call: Mapping[str, Any]) -> Mapping[str, Any]:
        name, arguments = call["function"]["name"], call["function"]["arguments"]
        with self.recorder.tool_call(name, arguments=arguments, call_id=call["id"]) as step:
            try:
                content = self.tools.call(name, _parsed(arguments))
                step.record_result(content)
            except ToolError as error:
                step.record_failure(error)
                content = f"Error: {error}"
        return {"role": "tool", "tool_call_id": call["id"], "content": content}


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        arguments = json.loads(text)
    except ValueError as error:
        raise MalformedArgumentsError(f"the arguments are not valid JSON: {error}") from None
    if not isinstance(arguments, dict):
        raise InvalidArgumentsError("the arguments must be a JSON object")
    return arguments
