/** What each side comes to, over some of the runs. */

import type { Document, Estimate, Figure, Place, ScoreDeclaration } from "../data/types.ts";
import { isAmong } from "./among.ts";
import type { Cell, CellFigure, CellFigures } from "./grid.ts";
import { groups } from "./groups.ts";
import { together } from "./grid.ts";
import { mean, meanOverTasks, median, shareOverTasks, sum, unsure, within } from "./intervals.ts";
import { unitOf } from "./sides.ts";
import type { Sides } from "./sides.ts";
import { tasksOf } from "./tasks.ts";

/** Where a cell stands. */
interface Placed {
  side: Place;
  /** Cells of the same unit on different sides belong together. */
  unit: string;
}

/** Scores of which a few runs have a hundred times the rest: their median is shown, too. */
const MEDIANS = new Set(["tokens", "seconds", "turns"]);
/** Shares of runs: each has it or has it not. */
const YES_OR_NO = new Set(["error_rate", "infra_rate"]);

/** The figures of some runs by side, score by score, each computed once. */
export class FiguresOfRuns {
  private readonly known = new Map<string, Figure[]>();
  private readonly knownOfAll = new Map<string, Figure>();
  private readonly document: Document;
  private placed: Map<Cell, Placed> | null = null;

  constructor(
    private readonly figures: CellFigures,
    readonly sides: Sides,
    private readonly shared: boolean,
  ) {
    this.document = figures.document;
  }

  /** By side. */
  of(score: ScoreDeclaration): Figure[] {
    const known = this.known.get(score.name);
    if (known) return known;
    const found = this.computed(score);
    this.known.set(score.name, found);
    return found;
  }

  /** The runs that are shown: where only shared tasks are, those of cells that all sides have. */
  runs(): Place[] {
    const { counted } = this.document.runs;
    const { cells } = this.figures;
    const there = cells.filter((cell) => cell.runs.some((run) => counted[run]));
    const kept = new Set(this.shared ? this.alike(there) : cells);
    return cells.flatMap((cell) => (kept.has(cell) ? cell.runs : []));
  }

  /** Of all sides together: of the cells whose figures stand in `of`. */
  ofAll(score: ScoreDeclaration): Figure {
    const known = this.knownOfAll.get(score.name);
    if (known) return known;
    const { kept, isRatio } = this.kept(score);
    const unevaluated = sum([...this.unevaluated(score.name).values()]);
    const found = { ...this.figure(score, kept, isRatio), side: "all runs", unevaluated };
    this.knownOfAll.set(score.name, found);
    return found;
  }

  /** The runs that a figure stands on: of one side, or of all. */
  behind(score: ScoreDeclaration, side: Place | null): Place[] {
    const isIn = isAmong(this.document, score);
    // Runs of several trials stand behind a curve, which no cell has a figure of.
    const among =
      score.kind === "reliability"
        ? this.figures.cells
        : this.kept(score).kept.map(({ cell }) => cell);
    return among
      .filter((cell) => side === null || this.placeOf(cell).side === side)
      .flatMap((cell) => cell.runs.filter(isIn))
      .sort((a, b) => a - b);
  }

  private kept(score: ScoreDeclaration): { kept: CellFigure[]; isRatio: boolean } {
    const all = this.figures.of(score);
    const isRatio = all.some(({ total }) => total !== null);
    const present = all.filter(({ total, value }) => (isRatio ? total : value) !== null);
    return { kept: this.shared ? this.sharedAlone(present) : present, isRatio };
  }

  private computed(score: ScoreDeclaration): Figure[] {
    const { kept, isRatio } = this.kept(score);
    const unevaluated = this.unevaluated(score.name);
    const bySide = groups(kept, ({ cell }) => this.placeOf(cell).side);
    return this.sides.names.map((name, side) => ({
      ...this.figure(score, bySide.get(side) ?? [], isRatio),
      side: name,
      unevaluated: unevaluated.get(side) ?? 0,
    }));
  }

  private sharedAlone(present: CellFigure[]): CellFigure[] {
    const kept = new Set(this.alike(present.map(({ cell }) => cell)));
    return present.filter(({ cell }) => kept.has(cell));
  }

  /** The cells that every side has a counterpart of. */
  private alike(among: Cell[]): Cell[] {
    const sidesOf = new Map<string, Set<Place>>();
    for (const cell of among) {
      const { unit, side } = this.placeOf(cell);
      sidesOf.set(unit, (sidesOf.get(unit) ?? new Set()).add(side));
    }
    const all = new Set(this.figures.cells.map((cell) => this.placeOf(cell).side)).size;
    return among.filter((cell) => sidesOf.get(this.placeOf(cell).unit)?.size === all);
  }

  private figure(
    score: ScoreDeclaration,
    own: CellFigure[],
    isRatio: boolean,
  ): Omit<Figure, "side" | "unevaluated"> {
    const { of: taskOf } = tasksOf(this.document);
    const byTask = groups(own, ({ cell }) => taskOf[cell.task]);
    const tasks = byTask.size;
    const runs = sum(own.map((one) => one.runs));
    if (tasks === 0) return { estimate: null, median: null, tasks: 0, runs: 0, note: "no value" };
    if (isRatio) {
      const outOf = sum(own.map((one) => one.outOf));
      if (outOf <= 0) {
        return { estimate: null, median: null, tasks, runs, note: nothing(score, runs) };
      }
      const value = sum(own.map(({ total }) => total ?? 0)) / outOf;
      return { estimate: alone(value, tasks), median: null, tasks, runs, note: null };
    }
    const grouped = [...byTask.values()];
    const means = grouped.map(meanOfTask);
    const trials = grouped.map((of) => sum(of.map((one) => one.runs)));
    const found = overTasks(score, means, trials);
    const estimate = unsure(score.share ? within(found) : found);
    return { estimate, median: this.middle(score, own), tasks, runs, note: null };
  }

  private middle(score: ScoreDeclaration, own: CellFigure[]): Estimate | null {
    if (!MEDIANS.has(score.name)) return null;
    const { counted, values } = this.document.runs;
    const column = values[score.name] ?? [];
    const all = own.flatMap(({ cell }) =>
      cell.runs.flatMap((run) => (counted[run] ? (column[run] ?? []) : [])),
    );
    const { of: taskOf } = tasksOf(this.document);
    return all.length > 0
      ? alone(median(all), new Set(own.map(({ cell }) => taskOf[cell.task])).size)
      : null;
  }

  private placeOf(cell: Cell): Placed {
    this.placed ??= new Map(
      this.figures.cells.map((each) => [
        each,
        {
          side: this.sides.of(each.runs[0] ?? -1),
          unit: unitOf(this.document, this.sides.by, each),
        },
      ]),
    );
    return this.placed.get(cell) ?? { side: -1, unit: "" };
  }

  /** By side, how many runs that count could not be evaluated. */
  private unevaluated(score: string): Map<Place, number> {
    const found = new Map<Place, number>();
    const { counted, task, unevaluated } = this.document.runs;
    // A run may stand there twice: several scorers may give one score.
    for (const run of new Set(unevaluated[score]?.run)) {
      if (!this.figures.has(run) || !counted[run] || task[run] === null) continue;
      const side = this.sides.of(run);
      found.set(side, (found.get(side) ?? 0) + 1);
    }
    return found;
  }
}

/** Of each variant together, in whichever experiment it ran; then over variants. */
function meanOfTask(own: CellFigure[]): number {
  const byVariant = groups(own, ({ cell }) => cell.variant);
  return mean([...byVariant.values()].map(together));
}

function overTasks(score: ScoreDeclaration, means: number[], trials: number[]): Estimate {
  const isShare = score.share && means.every((value) => value >= 0 && value <= 1);
  // Where all tasks are alike at an end, nothing varies and the share is not sure for that.
  const atAnEnd =
    isShare && (means.every((value) => value === 0) || means.every((value) => value === 1));
  const yesOrNo = score.unit === "0/1" || YES_OR_NO.has(score.name);
  return atAnEnd || (isShare && yesOrNo) ? shareOverTasks(means, trials) : meanOverTasks(means);
}

/** A value whose interval is drawn anew ten thousand times, which is not done in a page. */
function alone(value: number, tasks: number): Estimate {
  return { value, low: null, high: null, tasks, standard_error: null };
}

function nothing(score: ScoreDeclaration, runs: number): string {
  if (!score.name.endsWith("_per_success")) return "no event to judge";
  return `no success in ${runs} run${runs === 1 ? "" : "s"}`;
}
