/** The figures of cells: the runs of one task in one variant. */

import type { Document, Place, ScoreDeclaration } from "../data/types.ts";

export interface Cell {
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
  for (const run of runs) {
    const task = document.runs.task[run];
    const variant = document.runs.variant[run];
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

  of(score: ScoreDeclaration): CellFigure[] {
    let found = this.known.get(score.name);
    if (!found) {
      found = figuresOfCells(this.document, score, this.cells);
      this.known.set(score.name, found);
    }
    return found;
  }
}

/** The figure of each cell that has one. */
function figuresOfCells(document: Document, score: ScoreDeclaration, all: Cell[]): CellFigure[] {
  const of = OF_CELL[score.kind] ?? mean;
  const special = RATES[score.name];
  if (special) return all.flatMap((cell) => special(document, cell) ?? []);
  if (score.kind === "step_ratio") return stepRatios(document, all);
  return all.flatMap((cell) => of(document, score, cell) ?? []);
}

type OfCell = (document: Document, score: ScoreDeclaration, cell: Cell) => CellFigure | null;

const mean: OfCell = ({ runs }, score, cell) => {
  const column = runs.values[score.name] ?? [];
  const values: number[] = [];
  for (const run of cell.runs) {
    const value = column[run];
    if (runs.counted[run] && typeof value === "number") values.push(value);
  }
  return plain(cell, values);
};

const pooled: OfCell = (document, score, cell) => {
  const { counted, values, numerators, n } = document.runs;
  const column = values[score.name] ?? [];
  const above = numerators[score.name] ?? [];
  const below = n[score.name] ?? [];
  const there = cell.runs.filter((run) => counted[run] && typeof column[run] === "number");
  if (there.length === 0) return null;
  if (there.some((run) => typeof above[run] !== "number")) return mean(document, score, cell);
  const total = added(there, above);
  return { cell, value: null, total, outOf: added(there, below), runs: there.length };
};

/** Of which score all runs together are divided by the successes, and which column holds it. */
const PER_SUCCESS: Record<string, [name: string, column: "values" | "numerators"]> = {
  tokens_per_success: ["tokens", "values"],
  attempts_per_success: ["attempts_per_operation", "numerators"],
  turns_per_success: ["turns", "values"],
  seconds_per_success: ["seconds", "values"],
  cost_per_success: ["cost_usd", "values"],
};

const perSuccess: OfCell = (document, score, cell) => {
  const { runs } = document;
  const [name, from] = PER_SUCCESS[score.name] ?? [];
  const column = name && from && runs[from][name];
  if (!name || !column) return null;
  const there = cell.runs.filter((run) => runs.counted[run] && runs.checked[run]);
  if (there.length === 0) return null;
  // Where the record of a run does not tell what it took, the total is not known.
  const unknown = new Set(runs.unevaluated[name]?.run);
  if (there.some((run) => unknown.has(run))) return null;
  const outOf = there.filter((run) => succeeded(document, run)).length;
  return { cell, value: null, total: added(there, column), outOf, runs: there.length };
};

const OF_CELL: Partial<Record<ScoreDeclaration["kind"], OfCell>> = {
  pooled,
  per_success: perSuccess,
};

/** Rates of runs: what each is out of, and which of those have it. */
const RATES: Record<string, (document: Document, cell: Cell) => CellFigure | null> = {
  success: (document, cell) =>
    rate(
      cell,
      cell.runs.filter((run) => document.runs.counted[run] && document.runs.checked[run]),
      (run) => succeeded(document, run),
    ),
  error_rate: (document, cell) =>
    rate(
      cell,
      cell.runs.filter((run) => document.runs.counted[run]),
      (run) => ERRORS.has(outcomeOf(document, run)),
    ),
  infra_rate: (document, cell) =>
    rate(
      cell,
      cell.runs.filter((run) => document.runs.meant[run]),
      (run) => outcomeOf(document, run) === "infra",
    ),
};

/** Outcomes of runs that broke off or gave no answer. */
export const ERRORS = new Set(["no_answer", "agent_error", "provider_error", "timeout", "budget"]);

function stepRatios(document: Document, all: Cell[]): CellFigure[] {
  const { runs } = document;
  const won = (cell: Cell) =>
    cell.runs.flatMap((run) => {
      const turns = runs.turns[run] ?? 0;
      return runs.counted[run] && succeeded(document, run) && turns > 0 ? turns : [];
    });
  const atTask = new Map<Place, number[]>();
  for (const cell of all) {
    atTask.set(cell.task, [...(atTask.get(cell.task) ?? []), ...won(cell)]);
  }
  return all.flatMap((cell) => {
    const of = atTask.get(cell.task) ?? [];
    if (of.length < 2) return [];
    const fewest = Math.min(...of);
    return (
      plain(
        cell,
        won(cell).map((turns) => turns / fewest),
      ) ?? []
    );
  });
}

export function outcomeOf({ runs, outcomes }: Document, run: Place): string {
  return outcomes[runs.outcome[run] ?? -1] ?? "unscored";
}

function succeeded(document: Document, run: Place): boolean {
  return outcomeOf(document, run) === "success";
}

function rate(cell: Cell, among: Place[], has: (run: Place) => boolean): CellFigure | null {
  return plain(
    cell,
    among.map((run) => (has(run) ? 1 : 0)),
  );
}

function plain(cell: Cell, values: number[]): CellFigure | null {
  if (values.length === 0) return null;
  const value = values.reduce((total, each) => total + each, 0) / values.length;
  return { cell, value, total: null, outOf: 0, runs: values.length };
}

function added(runs: Place[], column: (number | null)[]): number {
  return runs.reduce((total, run) => total + (column[run] ?? 0), 0);
}
