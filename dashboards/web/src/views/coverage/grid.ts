/** How much of what was planned was evaluated, by task and side, as `midspan compare` counts it. */

import type { Document, Place } from "../../data/types.ts";
import { endedIn } from "../../statistics/among.ts";
import type { Sides } from "../../statistics/sides.ts";
import { NO_TASK, tasksOf } from "../../statistics/tasks.ts";

export interface Cell {
  /** Runs that were meant to be. */
  planned: number;
  /** Of them, those whose outcome counts. */
  done: number;
  missing: Place[];
}

export interface Row {
  task: Place;
  cells: (Cell | null)[];
}

export interface Grid {
  rows: Row[];
  /** By side, all tasks together. */
  totals: Cell[];
}

/** The grid of some runs; with `shared` only tasks of which every side has an evaluated run. */
export function grid(document: Document, chosen: Place[], sides: Sides, shared: boolean): Grid {
  const { runs } = document;
  const { ofRun } = tasksOf(document);
  const rows = new Map<Place, Row>();
  for (const run of chosen) {
    const task = ofRun(run);
    if (runs.meant[run] !== 1) continue;
    const row: Row = rows.get(task) ?? { task, cells: sides.names.map(() => null) };
    rows.set(task, row);
    const side = sides.of(run);
    const cell: Cell = row.cells[side] ?? { planned: 0, done: 0, missing: [] };
    row.cells[side] = cell;
    count(cell, run, runs.evaluated[run] === 1);
  }
  const all = [...rows.values()].sort((a, b) => order(a.task) - order(b.task));
  const kept = shared
    ? all.filter(({ cells }) => cells.every((cell) => cell && cell.done > 0))
    : all;
  const totals = sides.names.map((_, side) =>
    total(kept.flatMap(({ cells }) => cells[side] ?? [])),
  );
  return { rows: kept, totals };
}

/** How many runs of a grid count as done, and nobody could judge: nothing tells how they went. */
export function notJudged(document: Document, chosen: Place[], { rows }: Grid): number {
  const { runs } = document;
  const { ofRun } = tasksOf(document);
  const isOpen = endedIn(document, new Set(["unscored"]));
  const kept = new Set(rows.map(({ task }) => task));
  return chosen.filter(
    (run) =>
      runs.meant[run] === 1 && runs.evaluated[run] === 1 && kept.has(ofRun(run)) && isOpen(run),
  ).length;
}

export interface Missing {
  /** Where it was lost. */
  kind: "never started" | "platform" | "not scored";
  reason: string;
  runs: Place[];
}

/** Why runs are missing, the commonest reason first. */
export function reasons(document: Document, missing: Place[]): Missing[] {
  const found = new Map<string, Missing>();
  for (const run of missing) {
    const told = reason(document, run);
    const key = `${told.kind} ${told.reason}`;
    const known = found.get(key) ?? { ...told, runs: [] };
    known.runs.push(run);
    found.set(key, known);
  }
  return [...found.values()].sort((a, b) => b.runs.length - a.runs.length);
}

/** Why a run is missing. */
export function reason(document: Document, run: Place): Omit<Missing, "runs"> {
  const { runs, outcomes } = document;
  const told = runs.reason[run] ?? null;
  const outcome = outcomes[runs.outcome[run] ?? -1];
  if (runs.traced[run] === 0 && outcome !== "infra") {
    return { kind: "never started", reason: told ?? "no trace of it has come in" };
  }
  if (outcome === "infra") {
    return { kind: "platform", reason: told ?? "not run yet, or lost to the platform" };
  }
  return { kind: "not scored", reason: told ?? unjudged(document, run) };
}

/** Why nobody judged a run of which no scorer says so. */
function unjudged({ runs, tasks, outcomes, counts }: Document, run: Place): string {
  const task = runs.task[run] ?? null;
  if (task === null) return "it is of no task: nothing says what must hold";
  if (runs.checked[run] === 0 && tasks[task]?.checks.length === 0) return "its task has no checks";
  const said = outcomes[runs.outcome[run] ?? -1] !== undefined && counts.unscored === 0;
  return said ? "a check could not run" : "run `midspan score` to judge it";
}

/** Runs of no task stand last. */
function order(task: Place): number {
  return task === NO_TASK ? Infinity : task;
}

function count(cell: Cell, run: Place, done: boolean): void {
  cell.planned += 1;
  if (done) cell.done += 1;
  else cell.missing.push(run);
}

function total(cells: Cell[]): Cell {
  return {
    planned: cells.reduce((sum, { planned }) => sum + planned, 0),
    done: cells.reduce((sum, { done }) => sum + done, 0),
    missing: cells.flatMap(({ missing }) => missing),
  };
}
