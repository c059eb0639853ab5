import { expect, test } from "vitest";
import type { Part } from "../../src/text/messages.ts";
import { conversation, type Entry } from "../../src/views/run/conversation.ts";
import { steps } from "../../src/views/run/tree.ts";
import { made, type Told } from "./made.ts";

const SYSTEM = { role: "system", content: "Be brief." };
const ASKED = { role: "user", content: "Where is 1042?" };

function called(id: string, order: string): object {
  const part = { type: "tool_call", id, name: "look", arguments: { order } };
  return { role: "assistant", parts: [{ type: "text", content: "I look." }, part] };
}

function result(id: string, response: string): object {
  return { role: "tool", parts: [{ type: "tool_call_response", id, response }] };
}

function llm(input: object[], more: object = {}): object {
  return { kind: "llm", agent: "shop", input: JSON.stringify(input), ...more };
}

function told(run: Told): string[] {
  return conversation(steps(made(run)), null).map(line);
}

function line({ step, role, parts, error }: Entry): string {
  return [step, role, ...parts.map(words), ...(error === null ? [] : [error])].join(" | ");
}

function words(part: Part): string {
  return part.type === "call" ? `${part.name}(${part.arguments})` : part.text;
}

const FIRST_CALL = { call: 0, emitted_span: 0, span: 1, name: "look", arguments: '{"order":"1"}' };

test("each message stands once, and leads to its step", () => {
  const run = {
    spans: [
      llm([SYSTEM, ASKED], { turn: 0, output: "I look." }),
      {},
      llm([called("a", "1"), result("a", "not there")], {
        turn: 1,
        continues: 0,
        output: "Nowhere.",
      }),
    ],
    calls: [{ ...FIRST_CALL, result: "not there" }],
  };
  expect(told(run)).toEqual([
    "0 | system | Be brief.",
    "0 | user | Where is 1042?",
    '0 | assistant | I look. | look({"order":"1"})',
    "1 | tool | not there",
    "2 | assistant | Nowhere.",
  ]);
});

test("what no later request tells of is told by the call itself", () => {
  const run = {
    spans: [llm([ASKED]), {}],
    calls: [{ ...FIRST_CALL, result: null, error_message: "timed out" }],
  };
  expect(told(run)).toEqual([
    "0 | user | Where is 1042?",
    '0 | assistant | look({"order":"1"})',
    "1 | tool | timed out",
  ]);
});

test("results are told of the calls that they are of, in whichever order they come", () => {
  const run = {
    spans: [
      llm([ASKED]),
      {},
      {},
      llm([result("b", "second"), result("a", "first, and more")], { continues: 0 }),
    ],
    calls: [
      { ...FIRST_CALL, result: "first, and more" },
      { ...FIRST_CALL, call: 1, span: 2, result: "second" },
    ],
  };
  expect(told(run).filter((each) => each.includes("tool"))).toEqual([
    "2 | tool | second",
    "1 | tool | first, and more",
  ]);
});

test("what a model never said, and was put into its mouth, is told", () => {
  const run = {
    spans: [
      llm([ASKED], { output: "Nowhere." }),
      llm([{ role: "assistant", content: "In the cellar." }, ASKED], { continues: 0 }),
    ],
  };
  expect(told(run)).toEqual([
    "0 | user | Where is 1042?",
    "0 | assistant | Nowhere.",
    "1 | assistant | In the cellar.",
    "1 | user | Where is 1042?",
  ]);
});

test("a request that begins anew repeats nothing, and says so", () => {
  const summary = { role: "user", content: "So far: nothing." };
  const run = {
    spans: [
      llm([SYSTEM, ASKED, ASKED], { output: "Nowhere." }),
      llm([SYSTEM, summary], { output: "Still nowhere." }),
      llm([SYSTEM, ASKED], { agent: "other", output: "Here." }),
    ],
  };
  const found = conversation(steps(made(run)), null);
  expect(found.map(line)).toEqual([
    "0 | system | Be brief.",
    "0 | user | Where is 1042?",
    "0 | user | Where is 1042?",
    "0 | assistant | Nowhere.",
    "1 | user | So far: nothing.",
    "1 | assistant | Still nowhere.",
    "2 | system | Be brief.",
    "2 | user | Where is 1042?",
    "2 | assistant | Here.",
  ]);
  expect(found.map(({ repeated }) => repeated)).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0]);
});

test("a request that failed is told by its error, one that is no conversation as it is", () => {
  const run: Told = {
    spans: [
      llm([ASKED], { status: "error", error_type: "Overloaded", error_message: "try again" }),
      { kind: "llm", input: "Where?", output: "Here." },
    ],
  };
  expect(told(run)).toEqual([
    "0 | user | Where is 1042?",
    "0 | assistant | Overloaded: try again",
    "1 | input | Where?",
    "1 | assistant | Here.",
  ]);
});

test("of a request that was cut the messages are told up to there", () => {
  const text = JSON.stringify([SYSTEM, { role: "user", content: "x".repeat(50) }]);
  const cut = { cut: text.slice(0, -30), length: text.length, key: "spans.input.0" };
  const run = made({ spans: [{ kind: "llm", input: cut }] });
  expect(conversation(steps(run), null).map(({ role }) => role)).toEqual(["system", "user"]);
  const whole = conversation(steps(run), { "spans.input.0": text });
  expect(whole.at(-1)?.parts).toEqual([{ type: "text", text: "x".repeat(50) }]);
});
