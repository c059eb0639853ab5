import { expect, test } from "vitest";
import type { Document, Runs } from "../../src/data/types.ts";
import type { Sides } from "../../src/statistics/sides.ts";
import { NO_TASK } from "../../src/statistics/tasks.ts";
import { grid, notJudged, reasons } from "../../src/views/coverage/grid.ts";

const TASKS = [
  { id: "add", checks: ["sum"] },
  { id: "subtract", checks: ["sum"] },
];
const OUTCOMES = ["success", "wrong", "infra", "unscored"];

function document(runs: Partial<Runs>): Document {
  const counts = { unscored: 0 };
  return { outcomes: OUTCOMES, tasks: TASKS, counts, runs } as unknown as Document;
}

const BOTH: Sides = { by: "model", names: ["a", "b"], of: (run) => run % 2 };

test("a cell counts the runs that were meant, and those of them evaluated; no task is last", () => {
  const runs = { task: [0, 0, 0, 1, null], meant: [1, 1, 0, 1, 1], evaluated: [1, 0, 1, 1, 1] };
  const found = grid(document(runs as Partial<Runs>), [0, 1, 2, 3, 4], BOTH, false);
  expect(found.rows).toEqual([
    {
      task: 0,
      cells: [
        { planned: 1, done: 1, missing: [] },
        { planned: 1, done: 0, missing: [1] },
      ],
    },
    { task: 1, cells: [null, { planned: 1, done: 1, missing: [] }] },
    { task: NO_TASK, cells: [{ planned: 1, done: 1, missing: [] }, null] },
  ]);
  expect(found.totals).toEqual([
    { planned: 2, done: 2, missing: [] },
    { planned: 2, done: 1, missing: [1] },
  ]);
});

test("shared tasks are those of which every side has an evaluated run", () => {
  const runs = { task: [0, 0, 1, 1], meant: [1, 1, 1, 1], evaluated: [1, 1, 1, 0] };
  const found = grid(document(runs as Partial<Runs>), [0, 1, 2, 3], BOTH, true);
  expect(found.rows.map(({ task }) => task)).toEqual([0]);
  expect(found.totals.map(({ planned }) => planned)).toEqual([1, 1]);
});

test("missing runs are told by why they are missing, the commonest first", () => {
  const runs = {
    task: [0, 0, 0, 0, 0, null],
    checked: [1, 1, 1, 1, 1, 0],
    outcome: [2, null, 3, 3, null, 3],
    traced: [1, 0, 1, 1, 1, 1],
    reason: [
      "the pod was lost",
      null,
      "a check could not run: x",
      "a check could not run: x",
      null,
      null,
    ],
  };
  expect(reasons(document(runs as Partial<Runs>), [0, 1, 2, 3, 4, 5])).toEqual([
    { kind: "not scored", reason: "a check could not run: x", runs: [2, 3] },
    { kind: "platform", reason: "the pod was lost", runs: [0] },
    { kind: "never started", reason: "no trace of it has come in", runs: [1] },
    { kind: "not scored", reason: "run `midspan score` to judge it", runs: [4] },
    { kind: "not scored", reason: "it is of no task: nothing says what must hold", runs: [5] },
  ]);
});

test("done runs that no check could judge are counted apart, of the shown tasks alone", () => {
  const runs = {
    task: [0, 0, 1, 1],
    meant: [1, 1, 1, 1],
    evaluated: [1, 1, 1, 0],
    outcome: [3, 0, 3, 3],
  };
  const content = document(runs as Partial<Runs>);
  const all = [0, 1, 2, 3];
  expect(notJudged(content, all, grid(content, all, BOTH, false))).toBe(2);
  expect(notJudged(content, all, grid(content, all, BOTH, true))).toBe(1);
});
