import { expect, test } from "vitest";
import { messages } from "../../src/text/messages.ts";
import { pretty, structured } from "../../src/text/value.ts";
import { line, visible } from "../../src/text/visible.ts";

test("what a screen would act on is written out; lines and tabs stay", () => {
  expect(visible("a\tb\r\nc\u001b[31m")).toBe("a\tb\nc⟨ESC⟩[31m");
  expect(visible("abc\u202edef\u0000\u007f\u0085")).toBe("abc⟨U+202E⟩def⟨NUL⟩⟨U+007F⟩⟨U+0085⟩");
});

test("a line is one line, and no longer than wanted", () => {
  expect(line("  a\n\n b ")).toBe("a b");
  expect(line("x".repeat(1_000_000), 10)).toBe("xxxxxxxxx…");
  expect(line("12345", 5)).toBe("12345");
});

test("JSON within JSON is opened; text that only looks like it stays", () => {
  expect(structured('{"a": "{\\"b\\": [1]}", "c": "[not json"}')).toEqual({
    a: { b: [1] },
    c: "[not json",
  });
  expect(structured("42")).toBeNull();
  expect(structured('{"cut": "in the mid')).toBeNull();
  expect(pretty("plain")).toBe("plain");
});

test("keys of any name are keys alone", () => {
  const found = structured('{"__proto__": {"polluted": 1}, "constructor": 2}');
  expect(Object.keys(found ?? {})).toEqual(["__proto__", "constructor"]);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test("messages are read in the form of OpenTelemetry and in that of chat requests", () => {
  const told = JSON.stringify([
    { role: "user", parts: [{ type: "text", content: "hello" }] },
    {
      role: "assistant",
      parts: [{ type: "tool_call", id: "1", name: "look", arguments: { a: 1 } }],
    },
    { role: "tool", tool_call_id: "1", content: "found" },
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "2", function: { name: "send", arguments: "{}" } }],
    },
  ]);
  expect(messages(told)).toEqual([
    { role: "user", parts: [{ type: "text", text: "hello" }] },
    { role: "assistant", parts: [{ type: "call", id: "1", name: "look", arguments: '{"a":1}' }] },
    { role: "tool", parts: [{ type: "result", id: "1", text: "found" }] },
    { role: "assistant", parts: [{ type: "call", id: "2", name: "send", arguments: "{}" }] },
  ]);
});

test("what is no list of messages is left as it is", () => {
  expect(messages("Refund the order.")).toBeNull();
  expect(messages('[{"role": "user", "content": "cut off he')).toBeNull();
  expect(messages("[1, 2]")).toBeNull();
});
