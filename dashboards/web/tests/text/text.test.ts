import { expect, test } from "vitest";
import { messages } from "../../src/text/messages.ts";
import { pretty, structured } from "../../src/text/value.ts";
import { line, visible } from "../../src/text/visible.ts";

test("what a screen would act on is written out; lines and tabs stay", () => {
  expect(visible("a\tb\r\nc\u001b[31m")).toBe("a\tb\nc⟨ESC⟩[31m");
  expect(visible("abc\u202edef\u0000\u007f\u0085")).toBe("abc⟨U+202E⟩def⟨NUL⟩⟨U+007F⟩⟨U+0085⟩");
});

test("what joins emoji and letters stays, and is shown where it joins nothing", () => {
  const family = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}";
  const flag = "\u{1f3f3}\ufe0f\u200d\u{1f308}";
  const persian = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645";
  const hindi = "\u0915\u094d\u200d\u0937";
  const skin = "\u{1f469}\u{1f3fd}\u200d\u{1f4bb}";
  for (const text of [family, flag, persian, hindi, skin]) expect(visible(text)).toBe(text);
  expect(visible("ad\u200dmin")).toBe("ad⟨U+200D⟩min");
  expect(visible("\u200d1\u200c")).toBe("⟨U+200D⟩1⟨U+200C⟩");
  expect(visible("\u0645\u200e\u06cc")).toBe("\u0645⟨U+200E⟩\u06cc");
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
