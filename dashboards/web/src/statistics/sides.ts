/** What is shown beside each other: values of an axis, variants, tasks, or all runs as one. */

import type { Axis, Document, Place } from "../data/types.ts";
import { NONE } from "../filters/chosen.ts";
import type { By } from "../state/state.ts";
import type { Cell } from "./grid.ts";

export interface Sides {
  by: By;
  names: string[];
  /** The side of a run. */
  of(run: Place): Place;
}

const AXES: Axis[] = ["model", "revision", "tier", "harness"];

/** The sides of the runs of a report, each of which has a run. */
export function sides(document: Document, by: By): Sides {
  const { runs, variants, tasks } = document;
  switch (by) {
    case "all":
      return { by, names: ["all runs"], of: () => 0 };
    case "variant":
      return { by, names: variants.map(({ name }) => name), of: (run) => runs.variant[run] ?? 0 };
    case "task":
      return { by, names: taskNames(document), of: (run) => runs.task[run] ?? tasks.length };
    default:
      return alongAxis(document, by);
  }
}

/** Cells of the same unit belong together: of one task, and alike in every other axis. */
export function unitOf({ variants }: Document, by: By, { task, variant }: Cell): string {
  if (by === "variant") return `${task}`;
  if (by === "task" || by === "all") return `${task} ${variant}`;
  const rest = AXES.filter((axis) => axis !== by);
  return [task, ...rest.map((axis) => variants[variant]?.[axis] ?? "")].join(" ");
}

/** What there is to show runs by, other than all of them together. */
export function pivots(document: Document): By[] {
  const axes = AXES.filter((axis) => valuesOf(document, axis).length > 1);
  const found: By[] = [];
  if (document.variants.length > 1 && axes.length > 1) found.push("variant");
  found.push(...axes);
  if (document.tasks.length > 1) found.push("task");
  return found;
}

/** What is shown where nobody chose. */
export function usual(document: Document): By {
  const found = pivots(document);
  const variants = document.variants.length;
  if (found.includes("variant") && variants <= 8) return "variant";
  return found.find((by) => by !== "variant" && by !== "task") ?? "all";
}

/** The names of tasks; with their experiment where there are several. */
export function taskNames({ tasks, experiments }: Document): string[] {
  return tasks.map(({ id, experiment }) =>
    experiments.length > 1 ? `${experiments[experiment]}/${id}` : id,
  );
}

function alongAxis(document: Document, axis: Axis): Sides {
  const values = valuesOf(document, axis);
  const column = document.runs[axis];
  return { by: axis, names: values, of: (run) => column[run] ?? values.length - 1 };
}

function valuesOf(document: Document, axis: Axis): string[] {
  const values = document.axes[axis];
  return document.runs[axis].includes(null) ? [...values, NONE] : values;
}
