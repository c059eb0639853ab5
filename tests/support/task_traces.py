"""Runs of one task each as other instrumentation writes them: the answer on the root span."""

from typing import Any

from tests.support.otlp import Json, Story, attributes_of, call


def genai(number: int, task: str, answer: str | None, *, content: bool = True) -> list[Json]:
    """The spans of a run by the GenAI conventions, the answer on its root."""
    story = Story(trace=number, first_span=number * 100, run_id=f"{number:032x}", task=task)
    with story.agent(output=answer if content else None):
        story.llm(call("look", {"id": "ORD-1042"}, id="c1"), content=content)
        story.tool("look", {"id": "ORD-1042"}, id="c1")
        story.llm(text="Here you are.", content=content)
    return story.spans


def openinference(number: int, task: str, answer: str) -> list[Json]:
    """The spans of a run by OpenInference's conventions, the task on its root alone."""

    def span(at: int, parent: int | None, kind: str, **attributes: Any) -> Json:
        named = {key.replace("__", "."): value for key, value in attributes.items()}
        above = {} if parent is None else {"parentSpanId": f"{number * 100 + parent:016x}"}
        return {
            "traceId": f"{number:032x}",
            "spanId": f"{number * 100 + at:016x}",
            "name": kind.lower(),
            "startTimeUnixNano": str(10**9 * (at + 1)),
            "endTimeUnixNano": str(10**9 * (at + 2 if parent is not None else 9)),
            "attributes": attributes_of({"openinference.span.kind": kind, **named}),
            "status": {"code": 1},
            **above,
        }

    said = {
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.content": "Here you are.",
    }
    usage = {"llm__token_count__prompt": 9, "llm__token_count__completion": 5}
    root = span(0, None, "AGENT", output__value=answer, midspan__task=task)
    return [root, span(1, 0, "LLM", llm__model_name="gpt-4.1-mini", **said, **usage)]
