import { expect, test } from "vitest";
import { Pairs } from "../../src/statistics/pairs.ts";
import { SUCCESS, TOKENS, TOKENS_PER_SUCCESS, made } from "./made.ts";

const DOCUMENT = made([
  { task: "add", revision: "v1", outcome: "success", tokens: 100 },
  { task: "add", revision: "v1", outcome: "success", tokens: 300 },
  { task: "add", revision: "v2", outcome: "wrong", tokens: 400 },
  { task: "divide", revision: "v1", outcome: "wrong", tokens: 10 },
  { task: "divide", revision: "v2", outcome: "success", tokens: 20 },
  { task: "halve", revision: "v1", outcome: "success", tokens: 9000 },
]);
const ALL = [0, 1, 2, 3, 4, 5];
const pairs = new Pairs(DOCUMENT, ALL, "revision", "v1", "v2");

test("a difference is the mean over the tasks that both did", () => {
  // 200 to 400 and 10 to 20; "halve" has no counterpart.
  expect(pairs.of(TOKENS)).toEqual({
    before: 105,
    value: 105,
    tasks: 2,
    runs: [3, 2],
    flips: [],
  });
});

test("a ratio is of the sums of both tasks", () => {
  // 410 tokens for 2 successes, 420 for 1.
  expect(pairs.of(TOKENS_PER_SUCCESS)).toMatchObject({ before: 205, value: 215 });
});

test("tasks flip where more than half of the runs do", () => {
  expect(pairs.of(SUCCESS)?.flips).toEqual([
    { task: "add", before: [2, 2], after: [0, 1], passes: false },
    { task: "divide", before: [0, 1], after: [1, 1], passes: true },
  ]);
});

test("filters leave out runs, and with them tasks", () => {
  const some = new Pairs(DOCUMENT, [3, 4, 5], "revision", "v1", "v2");
  expect(some.of(TOKENS)).toMatchObject({ before: 10, value: 10, tasks: 1 });
  expect(new Pairs(DOCUMENT, [0, 4], "revision", "v1", "v2").of(TOKENS)).toBeNull();
});

test("the runs behind a figure are those with a counterpart", () => {
  expect(pairs.behind(TOKENS, "before")).toEqual([0, 1, 3]);
  expect(pairs.behind(TOKENS, "after", "add")).toEqual([2]);
});
