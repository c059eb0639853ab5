import { expect, test } from "vitest";
import type { Document, Runs } from "../../src/data/types.ts";
import type { Sides } from "../../src/statistics/sides.ts";
import { answers, summaries } from "../../src/views/results/answers.ts";

const RUNS = {
  task: [0, 0, 0, 0, 1],
  outcome: [0, 1, 1, 2, null],
  answer: ["4", "5", "5", null, "6"],
  reason: [null, "5 is not 4", "5 is not 4", "no answer", null],
};
const DOCUMENT = {
  outcomes: ["success", "wrong", "no_answer"],
  tasks: [{ id: "add" }, { id: "subtract" }],
  runs: RUNS as Partial<Runs>,
} as unknown as Document;
const ALL: Sides = { by: "all", names: ["all runs"], of: () => 0 };

test("runs that said the same, and fared the same, are one group", () => {
  const [side] = answers(DOCUMENT, [0, 1, 2, 3], ALL);
  expect(side).toMatchObject({ name: "all runs", runs: 4, passed: 1, judged: 4 });
  expect(side?.groups.map(({ verdict, answer, runs }) => [verdict, answer, runs])).toEqual([
    ["passed", "4", [0]],
    ["failed", "5", [1, 2]],
    ["no answer", null, [3]],
  ]);
});

test("answers whose full texts lie in several places are one where they begin alike", () => {
  const cut = (key: string) => ({ cut: "long", length: 9000, key });
  const document = {
    outcomes: ["success"],
    runs: { task: [0, 0], outcome: [0, 0], answer: [cut("a.1"), cut("a.2")], reason: [null, null] },
  } as unknown as Document;
  expect(answers(document, [0, 1], ALL)[0]?.groups.map(({ runs }) => runs)).toEqual([[0, 1]]);
});

test("what nobody judged is in no count of the judged", () => {
  expect(summaries(DOCUMENT, [0, 1, 2, 3, 4])).toEqual([
    { task: 0, runs: [0, 1, 2, 3], passed: 1, judged: 4 },
    { task: 1, runs: [4], passed: 0, judged: 0 },
  ]);
});
