import { expect, test } from "vitest";
import { sought, type Sought } from "../../src/text/sought.ts";
import { cutTexts, foundIn, neighbour, wordsOfSteps } from "../../src/views/run/search.ts";
import { steps } from "../../src/views/run/tree.ts";
import { made } from "./made.ts";

const LONG = { cut: "the beginning", length: 9000, key: "calls.result.1" };
const STEPS = steps(
  made({
    spans: [
      { kind: "agent", agent: "shop", error_message: "given up" },
      { kind: "llm", parent: 0, model: "small", input: '[{"role":"user","content":"Where?"}]' },
      { parent: 0 },
      { parent: 0 },
    ],
    calls: [
      { call: 0, span: 2, name: "look", arguments: '{"order":"1024"}', error_message: "none" },
      {
        call: 1,
        span: 3,
        name: "search",
        result: LONG,
        fault: "hidden.error",
        fault_rule: "hidden.error/flag",
      },
    ],
    scores: [{ span: 2, call: 0, name: "call_ok", explanation: "found nothing" }],
  }),
);

function found(words: string, texts: Record<string, string> | null = null): string[] {
  return foundIn(STEPS, wordsOfSteps(texts), sought(words) as Sought);
}

test("steps are found by names, arguments, errors, messages and what scorers say", () => {
  expect(found("shop")).toEqual(["0"]);
  expect(found("GIVEN up")).toEqual(["0"]);
  expect(found("where?")).toEqual(["1"]);
  expect(found("order")).toEqual(["2"]);
  expect(found('"order":"1024"')).toEqual(["2"]);
  expect(found("none")).toEqual(["2"]);
  expect(found("nothing")).toEqual(["2"]);
  expect(found("Hidden error")).toEqual(["3"]);
  expect(found("role")).toEqual(["1"]);
  expect(found("elsewhere")).toEqual([]);
});

test("of a text that was cut all is searched, once it is there", () => {
  expect(cutTexts(STEPS)).toEqual([LONG]);
  expect(found("the end")).toEqual([]);
  expect(found("the end", { "calls.result.1": "the beginning and the end" })).toEqual(["3"]);
});

test("the next one is the first behind, and from the last one the first of all", () => {
  expect(neighbour(STEPS, ["0", "2", "3"], "0", 1)).toBe("2");
  expect(neighbour(STEPS, ["0", "2", "3"], "1", -1)).toBe("0");
  expect(neighbour(STEPS, ["0", "2", "3"], "3", 1)).toBe("0");
  expect(neighbour(STEPS, ["0", "2", "3"], "0", -1)).toBe("3");
  expect(neighbour(STEPS, [], "0", 1)).toBeUndefined();
});
