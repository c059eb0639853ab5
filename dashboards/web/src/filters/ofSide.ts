/** The filters that let the runs of one side through. */

import type { Axis, Document } from "../data/types.ts";
import type { By, Filters } from "../state/state.ts";
import { taskNames } from "../statistics/sides.ts";
import { NONE } from "./chosen.ts";

const AXES: Axis[] = ["model", "revision", "tier", "harness"];

export function filtersOfSide(document: Document, by: By, side: string): Filters {
  if (by === "all") return {};
  if (by === "task") {
    const task = document.tasks[taskNames(document).indexOf(side)];
    return task ? { task: [task.id] } : {};
  }
  if (by !== "variant") return { [by]: [side] };
  const variant = document.variants.find(({ name }) => name === side);
  if (!variant) return {};
  // An axis of one value tells nothing, and would only make the address long.
  const telling = AXES.filter(
    (axis) => new Set(document.variants.map((each) => each[axis])).size > 1,
  );
  return Object.fromEntries(
    telling.map((axis) => [axis, [document.axes[axis][variant[axis] ?? -1] ?? NONE]]),
  );
}
