import { expect, test } from "vitest";
import { rowsOf } from "../../src/views/run/rows.ts";
import { steps, type Step } from "../../src/views/run/tree.ts";
import { block, made } from "./made.ts";

function drawn(found: Step[]): string[] {
  return found.map(({ key, depth }) => `${"  ".repeat(depth)}${key}`);
}

test("a run has the rows of its block that are its own", () => {
  const steps = block([
    { spans: [{ id: "a" }, { id: "b" }], calls: [{ name: "first" }] },
    { spans: [{ id: "c" }], calls: [{ name: "second" }, { name: "third" }] },
  ]);
  const run = rowsOf(steps, 1);
  expect(run.spans.map(({ id, place }) => [id, place])).toEqual([["c", 0]]);
  expect(run.calls.map(({ name }) => name)).toEqual(["second", "third"]);
  expect(run.scores).toEqual([]);
});

test("steps stand below what called them, in order of start", () => {
  const run = made({
    spans: [
      { kind: "agent" },
      { kind: "llm", parent: 0 },
      { parent: 0 },
      { kind: "agent", parent: 2 },
      { kind: "llm", parent: 3 },
      { kind: "llm", parent: 0 },
    ],
  });
  expect(drawn(steps(run))).toEqual(["0", "  1", "  2", "    3", "      4", "  5"]);
});

test("what is folded up keeps its own line", () => {
  const run = made({ spans: [{ kind: "agent" }, { parent: 0 }, { parent: 1 }, { parent: 0 }] });
  const shown = steps(run, { repeats: false, folded: new Set(["1"]) });
  expect(drawn(shown)).toEqual(["0", "  1", "  3"]);
  expect(shown.map(({ children }) => children)).toEqual([2, 1, 0]);
});

test("a span that repeats another is left out, and what it called stands one higher", () => {
  const run = made({
    spans: [
      { kind: "agent" },
      { kind: "llm", parent: 0 },
      { kind: "llm", parent: 1, duplicate_of: 1 },
      { parent: 2 },
    ],
  });
  expect(drawn(steps(run))).toEqual(["0", "  1", "    3"]);
  expect(drawn(steps(run, { repeats: true, folded: new Set() }))).toEqual([
    "0",
    "  1",
    "    2",
    "      3",
  ]);
});

test("spans that call each other in a circle are all shown", () => {
  const run = made({ spans: [{ parent: 1 }, { parent: 0 }, { parent: 2 }] });
  expect(drawn(steps(run)).sort()).toEqual(["0", "1", "2"]);
});

test("a call stands in its own span, else below the request that asked for it", () => {
  const run = made({
    spans: [{ kind: "llm" }, { kind: "tool", parent: null }],
    calls: [
      { call: 0, span: 1, emitted_span: 0 },
      { call: 1, span: 0, emitted_span: 0 },
      { call: 2, span: null, emitted_span: null },
    ],
  });
  const found = steps(run);
  expect(drawn(found)).toEqual(["0", "  c1", "1", "c2"]);
  expect(found.map(({ calls }) => calls.map(({ call }) => call))).toEqual([[], [1], [0], [2]]);
  expect(found[0]?.asked.map(({ call }) => call)).toEqual([0, 1]);
});

test("a score is told of the step of its call, else of its span; those of the run of none", () => {
  const run = made({
    spans: [{ kind: "llm" }],
    calls: [{ call: 0, span: 0, emitted_span: 0 }],
    scores: [
      { name: "success" },
      { name: "truncated", span: 0 },
      { name: "call_ok", span: 0, call: 0 },
    ],
  });
  const told = steps(run).map(({ key, scores }) => [key, scores.map(({ name }) => name)]);
  expect(told).toEqual([
    ["0", ["truncated"]],
    ["c0", ["call_ok"]],
  ]);
});
