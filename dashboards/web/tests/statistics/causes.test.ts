import { expect, test } from "vitest";
import { failuresOf, runsOfCauses } from "../../src/statistics/causes.ts";
import { made } from "./made.ts";

const DOCUMENT = made(
  [
    { task: "add", model: "large", outcome: "wrong" },
    { task: "add", model: "small", outcome: "budget" },
    { task: "divide", model: "small", outcome: "wrong" },
    { task: "divide", model: "small", outcome: "success" },
    { task: "divide", model: "small", outcome: "infra" },
  ],
  [
    ["model.bad_arguments", [0, 1]],
    [null, [2]],
  ],
);

test("causes are counted among the chosen runs alone", () => {
  const found = failuresOf(DOCUMENT, [1, 2, 3, 4]);
  expect(found).toMatchObject({
    failed: 2,
    judged: 3,
    outcomes: { budget: 1, wrong: 1, success: 1, infra: 1 },
    rules: [
      { rule: "model.bad_arguments", runs: 1 },
      { rule: null, runs: 1 },
    ],
  });
  expect(found.causes).toMatchObject([
    {
      runs: 1,
      share: 0.5,
      tasks: 1,
      outcomes: ["1 budget"],
      models: ["1 small"],
      run_ids: ["run-1"],
    },
    { runs: 1, share: 0.5, run_ids: ["run-2"] },
  ]);
});

test("a cause that no chosen run has is not told", () => {
  expect(failuresOf(DOCUMENT, [2, 3]).causes.map(({ rule }) => rule)).toEqual([null]);
});

test("the runs of a cause and of a rule are found", () => {
  expect(runsOfCauses(DOCUMENT, { cause: "run-0" })).toEqual(new Set([0, 1]));
  expect(runsOfCauses(DOCUMENT, { rule: "none" })).toEqual(new Set([2]));
});
