/** The figures of cells: the runs of one task, of one experiment, in one variant. */

import type { Document, Place, ScoreDeclaration } from "../data/types.ts";
import { ERRORS, endedIn, isAmong, succeeded } from "./among.ts";

export interface Cell {
  /** Its entry in `document.tasks`, which is of one experiment. */
  task: Place;
  variant: Place;
  runs: Place[];
}

/** What a cell comes to; `total` is there where many cells are a ratio of sums. */
export interface CellFigure {
  cell: Cell;
  value: number | null;
  total: number | null;
  outOf: number;
  runs: number;
}

/** The cells of some runs; runs of no task are in none. */
export function cells(document: Document, runs: Place[]): Cell[] {
  const found = new Map<number, Cell>();
  const many = document.variants.length;
  const { task: taskOf, variant: variantOf } = document.runs;
  for (const run of runs) {
    const task = taskOf[run];
    const variant = variantOf[run];
    if (task === null || task === undefined || variant === undefined) continue;
    const key = task * many + variant;
    let cell = found.get(key);
    if (cell === undefined) {
      cell = { task, variant, runs: [] };
      found.set(key, cell);
    }
    cell.runs.push(run);
  }
  return [...found.values()];
}

/** The figures of the cells of some runs, each computed once, by what side soever they are shown. */
export class CellFigures {
  private all: Cell[] | null = null;
  private there: Set<Place> | null = null;
  private readonly known = new Map<string, CellFigure[]>();

  constructor(
    readonly document: Document,
    readonly runs: Place[],
  ) {}

  /** Many views ask for none of them. */
  get cells(): Cell[] {
    this.all ??= cells(this.document, this.runs);
    return this.all;
  }

  /** Whether it is one of the runs. */
  has(run: Place): boolean {
    this.there ??= new Set(this.runs);
    return this.there.has(run);
  }

  of(score: ScoreDeclaration): CellFigure[] {
    let found = this.known.get(score.name);
    if (!found) {
      found = figuresOfCells(this.document, score, this.cells);
      this.known.set(score.name, found);
    }
    return found;
  }
}

/** The figure of a cell from those of its runs that it stands on, of which there is one. */
type OfCell = (cell: Cell, there: Place[]) => CellFigure | null;

/** The figure of each cell that has one. */
function figuresOfCells(document: Document, score: ScoreDeclaration, all: Cell[]): CellFigure[] {
  if (score.kind === "step_ratio") return stepRatios(document, score, all);
  const isIn = isAmong(document, score);
  const of = ofCell(document, score);
  if (of === null) return [];
  return all.flatMap((cell) => {
    const there = cell.runs.filter(isIn);
    return (there.length > 0 ? of(cell, there) : null) ?? [];
  });
}

function ofCell(document: Document, score: ScoreDeclaration): OfCell | null {
  const { values } = document.runs;
  if (score.name === "success") return rate(succeeded(document));
  if (score.name === "error_rate") return rate(endedIn(document, ERRORS));
  if (score.name === "infra_rate") return rate(endedIn(document, new Set(["infra"])));
  if (score.kind === "per_success") return perSuccess(document, score);
  if (score.kind === "reliability") return null;
  const mean = meanOf(values[score.name] ?? []);
  return score.kind === "pooled" ? pooled(document, score, mean) : mean;
}

function rate(has: (run: Place) => boolean): OfCell {
  return (cell, there) => plain(cell, there.filter(has).length, there.length);
}

function meanOf(column: (number | null)[]): OfCell {
  return (cell, there) => plain(cell, added(there, column), there.length);
}

function pooled({ runs }: Document, score: ScoreDeclaration, mean: OfCell): OfCell {
  const above = runs.numerators[score.name] ?? [];
  const below = runs.n[score.name] ?? [];
  return (cell, there) => {
    if (there.some((run) => typeof above[run] !== "number")) return mean(cell, there);
    const total = added(there, above);
    return { cell, value: null, total, outOf: added(there, below), runs: there.length };
  };
}

/** Of which score all runs together are divided by the successes, and which column holds it. */
export const PER_SUCCESS: Record<string, [name: string, column: "values" | "numerators"]> = {
  tokens_per_success: ["tokens", "values"],
  attempts_per_success: ["attempts_per_operation", "numerators"],
  turns_per_success: ["turns", "values"],
  seconds_per_success: ["seconds", "values"],
  cost_per_success: ["cost_usd", "values"],
};

function perSuccess(document: Document, score: ScoreDeclaration): OfCell | null {
  const { runs } = document;
  const [name, from] = PER_SUCCESS[score.name] ?? [];
  const column = name && from && runs[from][name];
  if (!name || !column) return null;
  const won = succeeded(document);
  // Where the record of a run does not tell what it took, the total is not known.
  const unknown = new Set(runs.unevaluated[name]?.run);
  return (cell, there) => {
    if (there.some((run) => unknown.has(run))) return null;
    const outOf = there.filter(won).length;
    return { cell, value: null, total: added(there, column), outOf, runs: there.length };
  };
}

/** Turns of successes beside the fewest that any success at the task took. */
function stepRatios(document: Document, score: ScoreDeclaration, all: Cell[]): CellFigure[] {
  const { turns } = document.runs;
  const isIn = isAmong(document, score);
  const won = all.map((cell) => cell.runs.filter(isIn));
  const atTask = new Map<Place, { wins: number; fewest: number }>();
  all.forEach(({ task }, at) => {
    const known = atTask.get(task) ?? { wins: 0, fewest: Infinity };
    for (const run of won[at] ?? []) known.fewest = Math.min(known.fewest, turns[run] ?? Infinity);
    known.wins += won[at]?.length ?? 0;
    atTask.set(task, known);
  });
  return all.flatMap((cell, at) => {
    const there = won[at] ?? [];
    const { wins, fewest } = atTask.get(cell.task) ?? { wins: 0, fewest: 1 };
    if (there.length === 0 || wins < 2) return [];
    return plain(cell, added(there, turns) / fewest, there.length);
  });
}

/** The value of cells of one unit, of several experiments, by their runs. */
export function together(of: { value: number | null; runs: number }[]): number {
  let [total, runs] = [0, 0];
  for (const one of of) {
    total += (one.value ?? 0) * one.runs;
    runs += one.runs;
  }
  return of.length === 1 ? (of[0]?.value ?? 0) : total / runs;
}

function plain(cell: Cell, sum: number, runs: number): CellFigure {
  return { cell, value: sum / runs, total: null, outOf: 0, runs };
}

function added(runs: Place[], column: (number | null)[]): number {
  let total = 0;
  for (const run of runs) total += column[run] ?? 0;
  return total;
}
