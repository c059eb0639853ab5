import { expect, test } from "vitest";
import { causeGroups } from "../../src/statistics/causeGroups.ts";
import { failuresOf, runsOfCauses, toolOf } from "../../src/statistics/causes.ts";
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

test("causes of one fault in one tool stand together, and their runs add up", () => {
  const rule = "model.bad_arguments/schema";
  const [first] = DOCUMENT.failures.causes;
  const causes = ["run-0", "run-1", "run-2"].map((id, place) => ({
    ...(first as NonNullable<typeof first>),
    rule: place === 2 ? null : rule,
    signature: [`${rule} look: a is missing`, `${rule} look: b is missing`, null][place] ?? null,
    runs: 1,
    example: id,
    run_ids: [id],
  }));
  const found = causeGroups(DOCUMENT, causes, 3);
  expect(found.map(({ tool, all, causes: of }) => [all.rule, tool, all.runs, of.length])).toEqual([
    [rule, "look", 2, 2],
    [null, null, 1, 1],
  ]);
  expect(found[0]?.all).toMatchObject({
    tasks: 1,
    outcomes: ["1 budget", "1 wrong"],
    models: ["1 large", "1 small"],
  });
  const document = { ...DOCUMENT, failures: { ...DOCUMENT.failures, causes } };
  expect(runsOfCauses(document, { rule, tool: "look" })).toEqual(new Set([0, 1]));
  expect(runsOfCauses(document, { rule, tool: "" })).toEqual(new Set());
  expect(runsOfCauses(document, { rule: "none", tool: "" })).toEqual(new Set([2]));
});

test("a tool is what a signature names behind its rule", () => {
  const cause = (rule: string | null, signature: string | null) =>
    toolOf({ rule, signature } as Parameters<typeof toolOf>[0]);
  expect(cause("a.b/c", "a.b/c look: no: such order")).toBe("look");
  expect(cause("a.b/c", "a.b/c look")).toBe("look");
  expect(cause("a.b/c", "of another kind")).toBeNull();
  expect(cause(null, null)).toBeNull();
});
