/** A task that several experiments ran is one task. */

import { expect, test } from "vitest";
import type { Document } from "../../src/data/types.ts";
import { chosen } from "../../src/filters/chosen.ts";
import { choices } from "../../src/filters/choices.ts";
import type { By } from "../../src/state/state.ts";
import { curves } from "../../src/statistics/curves.ts";
import { FiguresOfRuns } from "../../src/statistics/figures.ts";
import { CellFigures } from "../../src/statistics/grid.ts";
import { pivots, sides } from "../../src/statistics/sides.ts";
import { tasksOf } from "../../src/statistics/tasks.ts";
import { SUCCESS, made } from "./made.ts";

const RUNS = [
  { task: "add", experiment: "first", outcome: "success" },
  { task: "add", experiment: "first", outcome: "success" },
  { task: "add", experiment: "first", outcome: "success" },
  { task: "add", experiment: "second", outcome: "wrong" },
  { task: "divide", experiment: "first", outcome: "wrong" },
  { task: "halve", experiment: "second", outcome: "success" },
];
const DOCUMENT = made(RUNS);
const ALL = RUNS.map((_, run) => run);

function figures(document: Document, by: By, shared: boolean): FiguresOfRuns {
  return new FiguresOfRuns(new CellFigures(document, ALL), sides(document, by), shared);
}

test("its runs count together, and it counts as one", () => {
  expect(tasksOf(DOCUMENT).names).toEqual(["add", "divide", "halve"]);
  const [all] = figures(DOCUMENT, "all", false).of(SUCCESS);
  // 3 of 4, none of 1, 1 of 1: not the mean of 3 of 3 and 0 of 1.
  expect(all).toMatchObject({ tasks: 3, runs: 6 });
  expect(all?.estimate?.value).toBeCloseTo((0.75 + 0 + 1) / 3);
});

test("experiments are shown beside each other, on what both did", () => {
  expect(pivots(DOCUMENT)).toEqual(["experiment", "task"]);
  const apart = figures(DOCUMENT, "experiment", false).of(SUCCESS);
  expect(apart.map(({ side, tasks }) => [side, tasks])).toEqual([
    ["first", 2],
    ["second", 2],
  ]);
  const shared = figures(DOCUMENT, "experiment", true);
  expect(shared.of(SUCCESS).map(({ tasks, runs }) => [tasks, runs])).toEqual([
    [1, 3],
    [1, 1],
  ]);
  expect(shared.runs()).toEqual([0, 1, 2, 3]);
});

test("runs are filtered by their experiment, where there are several", () => {
  expect(chosen(DOCUMENT, { experiment: ["second"] })).toEqual([3, 5]);
  expect(choices(DOCUMENT).map(({ name, values }) => [name, values])).toEqual([
    ["experiment", ["first", "second"]],
    ["task", ["add", "divide", "halve"]],
    ["outcome", ["success", "wrong"]],
  ]);
  expect(choices(made(RUNS.slice(0, 3)))).toEqual([]);
});

test("tries are of one experiment, and weigh by the runs", () => {
  const [all] = curves(DOCUMENT, ALL, sides(DOCUMENT, "all"), [1]);
  expect(all?.tasks).toBe(3);
  expect(all?.pass_at[0]?.value).toBeCloseTo((0.75 + 0 + 1) / 3);
});
