"""Agent traces for benchmarks: seeded, realistic in shape and size, as OTLP JSON lines.

A trace is an agent span, about eight LLM spans whose history grows from turn to turn, and about
nine tool spans; a span is about 4 KB. Half of the traces speak OpenInference with index-flattened
messages, half OTel GenAI. Lines hold 64 spans of eight interleaved traces in order of their end,
so traces do split across lines.

    python benchmarks/corpus.py TRACES DIRECTORY [FILES]
"""

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SPANS_PER_LINE = 64
INTERLEAVED = 8
SECOND = 1_000_000_000
START = 1_790_000_000 * SECOND
TOOLS = ("search_flights", "get_user", "book_ticket", "read_file", "run_tests", "edit_file")
ERRORS = ("TimeoutError: connection timed out", "ValueError: unknown id", "KeyError: 'total'")
WORDS = 4_000

Json = dict[str, Any]


class Corpus:
    """Makes traces; equal seeds make equal ones."""

    def __init__(self, seed: int) -> None:
        """Draw the words that all texts are made of."""
        self.random = random.Random(seed)
        letters = "etaoinshrdlucmfwypvbgkjqxz"
        self.words = [
            "".join(self.random.choices(letters, range(26, 0, -1), k=self.random.randint(2, 10)))
            for _ in range(WORDS)
        ]
        self.text_pool = " ".join(self.random.choices(self.words, k=200_000))

    def text(self, length: int) -> str:
        """Return some text of a length."""
        start = self.random.randrange(len(self.text_pool) - length)
        return self.text_pool[start : start + length]

    def hex(self, digits: int) -> str:
        """Return an id."""
        return f"{self.random.getrandbits(4 * digits):0{digits}x}"

    def calls(self, number: int, turn: int, failed: list[Json]) -> Iterator[Json]:
        """Yield what a turn of a trace calls, after those calls failed in the turn before."""
        for _ in range(self.random.choice((1, 1, 1, 2))):
            name = self.random.choice(TOOLS)
            query = self.text(self.random.randint(20, 160))
            yield {"name": name, "arguments": json.dumps({"query": query, "limit": turn})}

    def trace(self, number: int) -> list[Json]:
        """Return the spans of one trace."""
        flat = number % 2 == 0
        trace_id, root = self.hex(32), self.hex(16)
        now = START + number * SECOND // 10
        history: list[Json] = [
            {"role": "system", "content": self.text(700)},
            {"role": "user", "content": self.text(300)},
        ]
        spans: list[Json] = []
        failed: list[Json] = []
        began = now

        def add(kind: str, name: str, end: int, attributes: Json, error: str | None = None) -> None:
            nonlocal now
            spans.append(
                _span(trace_id, self.hex(16), root, name, now, end, attributes, error)
                if kind != "agent"
                else _span(trace_id, root, None, name, began, end, attributes, error)
            )
            now = end

        for turn in range(self.random.randint(6, 10)):
            calls = [
                {"id": f"call_{turn}_{position}", **call}
                for position, call in enumerate(self.calls(number, turn, failed))
            ]
            failed = []
            text = self.text(self.random.randint(100, 600))
            end = now + self.random.randint(1, 4) * SECOND
            add("llm", "chat model", end, _llm(flat, history, text, calls, turn))
            history.append({"role": "assistant", "content": text, "tool_calls": calls})
            for call in calls:
                error = self.random.choice(ERRORS) if self.random.random() < 0.16 else None
                result = error or json.dumps({"result": self.text(self.random.randint(100, 900))})
                end = now + self.random.randint(1, 900) * SECOND // 1000
                add("tool", f"execute_tool {call['name']}", end, _tool(flat, call, result), error)
                history.append({"role": "tool", "content": result, "tool_call_id": call["id"]})
                failed += [call] if error else []
        answer = self.text(400)
        add("llm", "chat model", now + SECOND, _llm(flat, history, answer, [], 99))
        question = str(history[1]["content"])
        add("agent", "invoke_agent bench", now, _agent(flat, question, answer, number))
        return spans

    def lines(self, traces: int) -> Iterator[tuple[str, int]]:
        """Yield lines of a file, each with how many spans it holds."""
        for first in range(0, traces, INTERLEAVED):
            numbers = range(first, min(first + INTERLEAVED, traces))
            spans = [span for number in numbers for span in self.trace(number)]
            spans.sort(key=lambda span: str(span["endTimeUnixNano"]))
            for start in range(0, len(spans), SPANS_PER_LINE):
                chunk = spans[start : start + SPANS_PER_LINE]
                resource = {"attributes": _attributes({"service.name": "bench"})}
                scope = {"scope": {"name": "bench"}, "spans": chunk}
                request = {"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}
                yield json.dumps(request), len(chunk)


def write(
    directory: Path, traces: int, *, files: int = 4, seed: int = 7, make: type[Corpus] = Corpus
) -> int:
    """Return how many spans were written, spread over some files of the directory."""
    directory.mkdir(parents=True, exist_ok=True)
    spans = 0
    for number in range(files):
        corpus = make(seed + number)
        with (directory / f"spans-{number:02d}.jsonl").open("w") as file:
            for line, count in corpus.lines(traces // files):
                file.write(line + "\n")
                spans += count
    return spans


def _span(
    trace_id: str,
    span_id: str,
    parent: str | None,
    name: str,
    start: int,
    end: int,
    attributes: Json,
    error: str | None,
) -> Json:
    span: Json = {
        "traceId": trace_id,
        "spanId": span_id,
        "name": name,
        "kind": 1,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(end),
        "attributes": _attributes(attributes),
        "status": {"code": 2, "message": error} if error else {"code": 1},
    }
    if parent:
        span["parentSpanId"] = parent
    if error:
        kind, _, message = error.partition(": ")
        details = {"exception.type": kind, "exception.message": message}
        span["events"] = [
            {"name": "exception", "timeUnixNano": str(end), "attributes": _attributes(details)}
        ]
    return span


def _attributes(values: Json) -> list[Json]:
    return [{"key": key, "value": _value(value)} for key, value in values.items()]


def _value(value: Any) -> Json:
    if isinstance(value, int):
        return {"intValue": str(value)}
    return {"stringValue": value}


def _agent(flat: bool, question: str, answer: str, number: int) -> Json:
    named = {
        "input.value": question,
        "output.value": answer,
        "midspan.task": f"task-{number // 5}",
        "midspan.trial": number % 5,
    }
    if flat:
        return {"openinference.span.kind": "AGENT", "agent.name": "bench"} | named
    return {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "bench"} | named


def _tool(flat: bool, call: Json, result: str) -> Json:
    if flat:
        return {
            "openinference.span.kind": "TOOL",
            "tool.name": call["name"],
            "tool_call.id": call["id"],
            "input.value": call["arguments"],
            "input.mime_type": "application/json",
            "output.value": result,
        }
    return {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": call["name"],
        "gen_ai.tool.call.id": call["id"],
        "gen_ai.tool.call.arguments": call["arguments"],
        "gen_ai.tool.call.result": result,
    }


def _llm(flat: bool, history: list[Json], text: str, calls: list[Json], turn: int) -> Json:
    answer = {"role": "assistant", "content": text, "tool_calls": calls}
    tokens = sum(len(str(message["content"])) for message in history) // 4
    if flat:
        attributes: Json = {
            "openinference.span.kind": "LLM",
            "llm.model_name": "bench-model",
            "llm.token_count.prompt": tokens,
            "llm.token_count.completion": len(text) // 4,
        }
        # Frameworks cap histories; the last messages are what a span of 4 KB holds.
        for name, messages in (("input", history[-6:]), ("output", [answer])):
            for position, message in enumerate(messages):
                prefix = f"llm.{name}_messages.{position}.message."
                attributes[prefix + "role"] = message["role"]
                attributes[prefix + "content"] = message["content"]
                for number, call in enumerate(message.get("tool_calls", ())):
                    inner = f"{prefix}tool_calls.{number}.tool_call."
                    attributes[inner + "id"] = call["id"]
                    attributes[inner + "function.name"] = call["name"]
                    attributes[inner + "function.arguments"] = call["arguments"]
        return attributes
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "bench",
        "gen_ai.request.model": "bench-model",
        "gen_ai.response.id": f"response-{turn}",
        "gen_ai.usage.input_tokens": tokens,
        "gen_ai.usage.output_tokens": len(text) // 4,
        "gen_ai.input.messages": json.dumps([_parts(message) for message in history[-6:]]),
        "gen_ai.output.messages": json.dumps([_parts(answer) | {"finish_reason": "stop"}]),
    }


def _parts(message: Json) -> Json:
    if message["role"] == "tool":
        response = {"type": "tool_call_response", "response": message["content"]}
        return {"role": "tool", "parts": [response | {"id": message["tool_call_id"]}]}
    parts = [{"type": "text", "content": message["content"]}]
    parts += [
        {
            "type": "tool_call",
            "id": call["id"],
            "name": call["name"],
            "arguments": call["arguments"],
        }
        for call in message.get("tool_calls", ())
    ]
    return {"role": message["role"], "parts": parts}


if __name__ == "__main__":
    files = int(sys.argv[3]) if len(sys.argv) > 3 else 4
    print(write(Path(sys.argv[2]), int(sys.argv[1]), files=files), "spans")
