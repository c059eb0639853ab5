import { expect, test } from "vitest";
import { sought, type Sought } from "../../src/text/sought.ts";
import { cutTexts, foundIn, neighbour, onward, wordsOfSteps } from "../../src/views/run/search.ts";
import { told } from "../../src/views/run/searchWords.ts";
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

test("a step that is open is gone on from; to one that is not yet open it is gone", () => {
  expect(onward(STEPS, ["0", "2"], { at: "0", open: true, by: 1 })).toBe("2");
  expect(onward(STEPS, ["0", "2"], { at: "0", open: false, by: 1 })).toBe("0");
  expect(onward(STEPS, ["2"], { at: "0", open: false, by: 1 })).toBe("2");
});

test("nothing is found across a name and what follows it", () => {
  expect(found("look order")).toEqual([]);
  expect(found("order 1024")).toEqual([]);
  expect(found("1024 none")).toEqual([]);
});

test("what stands on a step is found: errors by name, calls asked for, scores and what fired", () => {
  const all = steps(
    made({
      spans: [
        { kind: "llm", name: "chat" },
        { parent: 0, status: "error", error_type: "ValueError" },
        { kind: "chain", name: "chat" },
      ],
      calls: [
        {
          call: 0,
          span: 1,
          emitted_span: 0,
          name: "look",
          arguments: "7",
          fault: "execution.error",
          fault_rule: "execution.error/span",
        },
        { call: 1, span: 2, name: "pay" },
      ],
      scores: [
        { span: 1, call: 0, name: "loop", value: 1 },
        { span: 1, call: 0, name: "violation.first-try", value: 1 },
        { span: 1, call: 0, name: "fired.hammered_it", value: 1 },
        { span: 1, call: 0, name: "judge", status: "not_evaluated", reason: "no model" },
      ],
    }),
  );
  const at = (words: string) => foundIn(all, wordsOfSteps(null), sought(words) as Sought);
  expect(at("valueerror")).toEqual(["1"]);
  expect(at("look")).toEqual(["0", "1"]);
  expect(at("7")).toEqual(["0", "1"]);
  expect(at("pay")).toEqual(["2"]);
  for (const words of ["Loop", "first-try", "hammered it", "no model", "Tool error"]) {
    expect([words, at(words)]).toEqual([words, ["1"]]);
  }
});

test("in a conversation the marks are counted that stand in it", () => {
  const search = { found: ["1", "2"], reading: false, lacking: 0 };
  expect(told(search, null, { at: 2, of: 7 })).toBe("Match 2 of 7.");
  expect(told(search, null, { at: 0, of: 0 })).toBe("Nowhere in the conversation; in 2 steps.");
  expect(told({ ...search, found: [] }, null, { at: 0, of: 0 })).toBe("In no step.");
  expect(told(search, "2", { at: 1, of: 1 })).toBe("Step 2 of 2 with it.");
  expect(told(search, "0", { at: 0, of: 0 })).toBe("In 2 steps.");
});
