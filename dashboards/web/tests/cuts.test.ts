import { expect, test } from "vitest";
import { withCuts } from "../src/data/cuts.ts";
import type { PackedSteps } from "../src/data/types.ts";

test("a text that is cut says how long it is and where the rest lies, the others are texts", () => {
  const steps = {
    runs: ["a"],
    spans: { start: [0, 3], input: ["begun", null, "whole"], cut: { input: { 0: 9000 } } },
    calls: { start: [0, 1], result: ["begun"], arguments: ["{}"], cut: { result: { 0: 5000 } } },
    scores: { start: [0, 0], explanation: [], cut: {} },
  } as unknown as PackedSteps;

  const { spans, calls } = withCuts(steps);

  expect(spans.input).toEqual([
    { cut: "begun", length: 9000, key: "spans.input.0" },
    null,
    "whole",
  ]);
  expect(calls.result).toEqual([{ cut: "begun", length: 5000, key: "calls.result.0" }]);
  expect(calls.arguments).toEqual(["{}"]);
});
