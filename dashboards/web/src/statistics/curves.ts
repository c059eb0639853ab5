/** pass@k and pass^k of the sides of some runs, without intervals: those are drawn in Python. */

import type { Document, Estimate, Place, Reliability } from "../data/types.ts";
import { succeeded } from "./among.ts";
import { cells, together } from "./grid.ts";
import { groups } from "./groups.ts";
import { mean } from "./intervals.ts";
import { passAt, passHat } from "./reliability.ts";
import type { Sides } from "./sides.ts";
import { tasksOf } from "./tasks.ts";

type Chance = typeof passAt;

export function curves(
  document: Document,
  runs: Place[],
  sides: Sides,
  drawn: number[],
): Reliability[] {
  const { counted, checked } = document.runs;
  const { of: taskOf } = tasksOf(document);
  const won = succeeded(document);
  const told = cells(document, runs).flatMap((cell) => {
    const there = cell.runs.filter((run) => counted[run] && checked[run]);
    const successes = there.filter(won).length;
    if (there.length === 0) return [];
    return { ...cell, task: taskOf[cell.task], trials: there.length, successes };
  });
  return sides.names.flatMap((side, place) => {
    const own = told.filter((cell) => sides.of(cell.runs[0] ?? -1) === place);
    if (own.length === 0) return [];
    const tasks = new Set(own.map((cell) => cell.task)).size;
    const point = (of: Chance, k: number): Estimate | null => {
      const values = own.flatMap((cell) => {
        const value = of(cell.trials, cell.successes, k);
        return value === null ? [] : { ...cell, value, runs: cell.trials };
      });
      if (values.length === 0) return null;
      const grouped = [...groups(values, ({ task }) => task).values()];
      const means = grouped.map((group) =>
        mean([...groups(group, ({ variant }) => variant).values()].map(together)),
      );
      return {
        value: mean(means),
        low: null,
        high: null,
        tasks: means.length,
        standard_error: null,
      };
    };
    const pass_at = drawn.map((k) => point(passAt, k));
    return {
      side,
      k: drawn,
      pass_at,
      pass_hat: drawn.map((k) => point(passHat, k)),
      left_out: pass_at.map((each) => tasks - (each?.tasks ?? 0)),
      tasks,
      shared: null,
    };
  });
}
