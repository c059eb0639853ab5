/** Two sides on what both did: the figures of `midspan compare`, without its chances. */

import type { Difference, Document, Place, ScoreDeclaration } from "../data/types.ts";
import type { By } from "../state/state.ts";
import { isAmong } from "./among.ts";
import { CellFigures, together } from "./grid.ts";
import type { CellFigure } from "./grid.ts";
import { groups } from "./groups.ts";
import { mean, sum } from "./intervals.ts";
import { sides as sidesOf, unitOf } from "./sides.ts";
import { tasksOf } from "./tasks.ts";

/** What both sides have of one unit: each a cell or, of several experiments, more. */
interface Unit {
  task: Place;
  before: CellFigure[];
  after: CellFigure[];
}

type Which = "before" | "after";

/** A difference that nobody tested. */
export type Plain = Pick<Difference, "before" | "value" | "tasks" | "runs" | "flips">;

export class Pairs {
  private readonly figures: CellFigures;
  private readonly sideOf: (run: Place) => Which;

  constructor(
    private readonly document: Document,
    chosen: Place[],
    private readonly by: By,
    baseline: string,
    side: string,
  ) {
    const { names, of } = sidesOf(document, by);
    const [before, after] = [names.indexOf(baseline), names.indexOf(side)];
    this.sideOf = (run) => (of(run) === before ? "before" : "after");
    this.figures = new CellFigures(
      document,
      chosen.filter((run) => of(run) === before || of(run) === after),
    );
  }

  /** The difference of a score; null where no task has it on both sides. */
  of(score: ScoreDeclaration): Plain | null {
    const units = this.units(score);
    if (units.length === 0) return null;
    const tasks = [...groups(units, ({ task }) => task).values()];
    const runs = (which: Which) => sum(units.flatMap((unit) => unit[which].map((one) => one.runs)));
    const found = isRatio(units) ? ratio(units) : difference(tasks);
    if (found === null) return null;
    const flips = score.unit === "0/1" ? this.flips(tasks) : [];
    return { ...found, tasks: tasks.length, runs: [runs("before"), runs("after")], flips };
  }

  /** The runs that the figure of a side stands on, of a task or of all. */
  behind(score: ScoreDeclaration, which: Which, task?: string): Place[] {
    const isIn = isAmong(this.document, score);
    const wanted = task === undefined ? null : tasksOf(this.document).names.indexOf(task);
    return this.units(score)
      .filter((unit) => wanted === null || unit.task === wanted)
      .flatMap((unit) => unit[which].flatMap(({ cell }) => cell.runs.filter(isIn)))
      .sort((a, b) => a - b);
  }

  private units(score: ScoreDeclaration): Unit[] {
    const { of: taskOf } = tasksOf(this.document);
    const found = new Map<string, Unit>();
    const all = this.figures.of(score);
    const ofTotals = all.some(({ total }) => total !== null);
    for (const one of all) {
      if ((ofTotals ? one.total : one.value) === null) continue;
      const key = unitOf(this.document, this.by, one.cell);
      const unit = found.get(key) ?? { task: taskOf[one.cell.task] ?? -1, before: [], after: [] };
      unit[this.sideOf(one.cell.runs[0] ?? -1)].push(one);
      found.set(key, unit);
    }
    return [...found.values()].filter(({ before, after }) => before.length > 0 && after.length > 0);
  }

  private flips(tasks: Unit[][]): Difference["flips"] {
    const { names } = tasksOf(this.document);
    const passed = (units: Unit[], which: Which): [number, number] => {
      const all = units.flatMap((unit) => unit[which]);
      return [Math.round(sum(all.map(successes))), sum(all.map(({ runs }) => runs))];
    };
    return tasks
      .flatMap((units) => {
        const [before, after] = [passed(units, "before"), passed(units, "after")];
        const [was, is] = [2 * before[0] > before[1], 2 * after[0] > after[1]];
        const task = names[units[0]?.task ?? -1] ?? "";
        return was === is ? [] : [{ task, before, after, passes: is }];
      })
      .sort((a, b) => Number(a.passes) - Number(b.passes));
  }
}

function successes({ value, runs }: CellFigure): number {
  return (value ?? 0) * runs;
}

function isRatio(units: Unit[]): boolean {
  return units.some(({ before }) => before.some(({ total }) => total !== null));
}

function difference(tasks: Unit[][]): { before: number; value: number } {
  const of = (which: Which) =>
    mean(tasks.map((units) => mean(units.map((unit) => together(unit[which])))));
  const before = of("before");
  return { before, value: of("after") - before };
}

function ratio(units: Unit[]): { before: number; value: number } | null {
  const of = (which: Which) => {
    const all = units.flatMap((unit) => unit[which]);
    const outOf = sum(all.map((one) => one.outOf));
    return outOf > 0 ? sum(all.map(({ total }) => total ?? 0)) / outOf : null;
  };
  const [before, after] = [of("before"), of("after")];
  return before === null || after === null ? null : { before, value: after - before };
}
