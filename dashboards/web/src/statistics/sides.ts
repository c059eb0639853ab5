/** What is shown beside each other: values of an axis, variants, tasks, or all runs as one. */

import type { Axis, Dimension, Document, Place } from "../data/types.ts";
import { NONE } from "../filters/chosen.ts";
import type { By } from "../state/state.ts";
import type { Cell } from "./grid.ts";
import { tasksOf } from "./tasks.ts";

export interface Sides {
  by: By;
  names: string[];
  /** The side of a run. */
  of(run: Place): Place;
}

/** What tells variants apart. */
const AXES: Axis[] = ["model", "revision", "tier", "harness"];
export const DIMENSIONS: Dimension[] = [...AXES, "experiment"];

/** The sides of the runs of a report, each of which has a run. */
export function sides(document: Document, by: By): Sides {
  const { runs, variants } = document;
  switch (by) {
    case "all":
      return { by, names: ["all runs"], of: () => 0 };
    case "variant":
      return { by, names: variants.map(({ name }) => name), of: (run) => runs.variant[run] ?? 0 };
    case "task":
      return { by, names: tasksOf(document).names, of: tasksOf(document).ofRun };
    default:
      return along(document, by);
  }
}

/** Cells of the same unit belong together: of one task by name, and alike in every other axis. */
export function unitOf(document: Document, by: By, cell: Cell): string {
  const task = tasksOf(document).of[cell.task];
  if (by === "variant") return `${task}`;
  if (by === "task" || by === "all" || by === "experiment") return `${task} ${cell.variant}`;
  const rest = AXES.filter((axis) => axis !== by);
  return [task, ...rest.map((axis) => document.variants[cell.variant]?.[axis] ?? "")].join(" ");
}

/** What there is to show runs by, other than all of them together. */
export function pivots(document: Document): By[] {
  const along = DIMENSIONS.filter((each) => valuesOf(document, each).length > 1);
  const found: By[] = [];
  const telling = along.filter((each) => each !== "experiment");
  if (document.variants.length > 1 && telling.length > 1) found.push("variant");
  found.push(...along);
  if (tasksOf(document).names.length > 1) found.push("task");
  return found;
}

/** What is shown where nobody chose. */
export function usual(document: Document): By {
  const found = pivots(document);
  const variants = document.variants.length;
  if (found.includes("variant") && variants <= 8) return "variant";
  return found.find((by) => by !== "variant" && by !== "task") ?? "all";
}

/** The values of an axis that runs have, those without one last. */
export function valuesOf(document: Document, by: Dimension): string[] {
  if (by === "experiment") return document.experiments;
  const values = document.axes[by];
  return document.runs[by].includes(null) ? [...values, NONE] : values;
}

function along(document: Document, by: Dimension): Sides {
  const values = valuesOf(document, by);
  const column: (Place | null)[] = document.runs[by];
  return { by, names: values, of: (run) => column[run] ?? values.length - 1 };
}
