"""The loop: ask the model, run the tools it calls, stop at an answer or at the last turn."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from midspan.pipelines.agents.openai_loop.provider import Provider, ProviderError, Reply
from midspan.pipelines.agents.openai_loop.recording import Recorder, answered
from midspan.pipelines.agents.openai_loop.task import LoopEnd, LoopTask
from midspan.pipelines.agents.workbench import DEFINITIONS, ToolError, Workbench

Message = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Loop:
    """A model with tools, at one task."""

    task: LoopTask
    provider: Provider
    tools: Workbench
    recorder: Recorder

    def run(self) -> LoopEnd:
        """Return how it ended: with an answer, out of turns, or because the model failed."""
        messages: list[Message] = [
            {"role": "system", "content": self.task.instructions},
            {"role": "user", "content": self.task.prompt},
        ]
        turns = 0
        with self.recorder.agent(self.task) as step:
            while self.task.max_turns is None or turns < self.task.max_turns:
                try:
                    message = self._ask(messages)
                except ProviderError as error:
                    if step is not None:
                        step.record_failure("ProviderError", str(error))
                    return self._end(turns, failed=str(error))
                turns += 1
                calls = [call for call in message.get("tool_calls") or () if isinstance(call, dict)]
                if not calls:
                    answer = _text(message.get("content"))
                    if step is not None:
                        step.record_answer(answer)
                    return self._end(turns, answer=answer)
                content = message.get("content")
                messages.append({"role": "assistant", "content": content, "tool_calls": calls})
                messages += [self._execute(call) for call in calls]
            if step is not None:
                step.record_failure("MaxTurnsExceeded", f"no answer after {turns} turns")
        return self._end(turns, budget="turns")

    def _end(self, turns: int, **told: str | None) -> LoopEnd:
        return LoopEnd(**told, turns=turns, retries=self.provider.retried)

    def _ask(self, messages: list[Message]) -> Message:
        request = {
            **self.task.sampling,
            "model": self.task.model,
            "messages": messages,
            "tools": DEFINITIONS,
        }
        attempt = 0
        while True:
            reply: Reply | None = None
            problem = ""
            with self.recorder.request(request) as (step, headers):
                try:
                    reply = self.provider.ask(request, headers=headers, attempt=attempt)
                    answered(step, reply)
                except ProviderError as error:
                    problem = str(error)
                    if step is not None:
                        step.record_failure("ConnectionError", problem)
            if reply is not None:
                if reply.message is not None:
                    return reply.message
                problem = reply.problem()
            if not self.provider.may_retry(attempt, reply):
                raise ProviderError(problem)
            self.provider.wait(attempt, reply)
            attempt += 1

    def _execute(self, call: Message) -> Message:
        function = call.get("function")
        function = function if isinstance(function, dict) else {}
        name, raw = str(function.get("name") or ""), function.get("arguments")
        written = raw if isinstance(raw, str) else json.dumps(raw)
        with self.recorder.tool(name, written, call.get("id")) as step:
            try:
                content = self.tools.call(name, _arguments(written))
                if step is not None:
                    step.record_result(content)
            except ToolError as error:
                if step is not None:
                    step.record_failure(error)
                content = f"Error: {error}"
        return {"role": "tool", "tool_call_id": call.get("id"), "content": content}


def _arguments(written: str) -> object:
    try:
        arguments = json.loads(written or "null")
    except (ValueError, RecursionError) as error:
        raise ToolError(f"the arguments are not valid JSON: {error}") from None
    # Where there are none, models leave them empty, or say null.
    return {} if arguments is None else arguments


def _text(content: object) -> str | None:
    """Return the text of a message, which may be in parts."""
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict)]
        content = "".join(str(part.get("text") or "") for part in parts)
    return content.strip() or None if isinstance(content, str) else None
