import { expect, test } from "vitest";
import { closed } from "../../src/text/closed.ts";
import { messages } from "../../src/text/messages.ts";
import { allWords, shownWords } from "../../src/text/shown.ts";
import { APART, sought } from "../../src/text/sought.ts";

test("words are found whatever their capitals, and the space between them", () => {
  const found = sought("  no   Such order ");
  expect(found?.holds("Error: NO such\n  order.")).toBe(true);
  expect(found?.holds("no order")).toBe(false);
  expect(found?.split("a no such order b")).toEqual(["a ", "no such order", " b"]);
  expect(found?.first("x no such order")).toEqual([2, 15]);
  expect(sought("ärger")?.holds("ÄRGER")).toBe(true);
});

test("signs are signs, and nothing is looked for where nothing is written", () => {
  expect(sought("a.b*(c)[1]|$^{}+?\\/-")?.holds("a.b*(c)[1]|$^{}+?\\/-")).toBe(true);
  expect(sought("a.b")?.holds("axb")).toBe(false);
  expect(sought(" ")).toBeNull();
  expect(sought(undefined)).toBeNull();
});

test("of JSON its keys and values are seen, and how it was recorded", () => {
  const text = '{"order": {"id": "say \\"hi\\"", "lines": [1, true, null]}}';
  expect(shownWords(text)).toBe(
    ["order", "id", 'say "hi"', "lines", "1", "true", "null"].join(APART),
  );
  expect(allWords(text)).toContain('"id": "say');
  expect(allWords("plain")).toBe("plain");
});

test("nothing is found across a key and its value, nor behind where a key is cut", () => {
  const words = allWords(JSON.stringify({ i: 1, [`${"key ".repeat(60)}end`]: "look" }));
  expect([sought("i 1")?.holds(words), sought("end look")?.holds(words)]).toEqual([false, false]);
  const shown = shownWords(JSON.stringify({ [`${"key ".repeat(60)}end`]: "look" }));
  expect([sought("key key")?.holds(shown), sought("end")?.holds(shown)]).toEqual([true, false]);
});

test("what keeps texts apart is not looked for", () => {
  expect(sought(APART)).toBeNull();
  expect(sought(`a${APART}b`)?.holds(`a${APART}b`)).toBe(false);
});

test("of a conversation the words are seen, and what was called with what", () => {
  const text = JSON.stringify([
    { role: "user", content: "Where is it?" },
    {
      role: "assistant",
      parts: [{ type: "tool_call", id: "call_1", name: "look", arguments: { order: "1042" } }],
    },
  ]);
  expect(shownWords(text, true)).toBe(
    ["Where is it?", "look", "order", "1042"].join(APART),
  );
});

test("JSON that was cut ends where it was cut", () => {
  const whole = JSON.stringify([
    { role: "system", content: "Be brief." },
    { role: "user", content: 'Say "hi"\n\u00e9' },
  ]);
  for (let length = 1; length <= whole.length; length += 1) {
    const ended = closed(whole.slice(0, length));
    expect(() => JSON.parse(ended ?? "null") as unknown, whole.slice(0, length)).not.toThrow();
  }
  const told = (length: number) => messages(closed(whole.slice(0, length)) ?? "");
  expect(told(42)).toEqual([{ role: "system", parts: [{ type: "text", text: "Be brief." }] }]);
  expect(told(-6)?.[1]).toEqual({ role: "user", parts: [{ type: "text", text: 'Say "hi"' }] });
  expect(closed("no JSON")).toBeNull();
});
