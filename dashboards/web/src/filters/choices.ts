/** What there is to filter by. */

import type { Document } from "../data/types.ts";
import type { FilterName } from "../state/state.ts";
import { DIMENSIONS, valuesOf } from "../statistics/sides.ts";
import { tasksOf } from "../statistics/tasks.ts";
import { BY_TITLES } from "../words/by.ts";
import { NONE } from "./chosen.ts";

export interface Choice {
  name: FilterName;
  title: string;
  values: string[];
}

/** Each filter that tells some runs from others, with its values. */
export function choices(document: Document): Choice[] {
  const { runs, tasks, outcomes } = document;
  const seen = new Set(runs.outcome);
  const sets = new Set(tasks.map((task) => task.set ?? NONE));
  const all: Choice[] = [
    ...DIMENSIONS.map((name) => ({
      name,
      title: BY_TITLES[name],
      values: valuesOf(document, name),
    })),
    { name: "task", title: "Task", values: tasksOf(document).names.toSorted() },
    {
      name: "tag",
      title: "Tag",
      values: [...new Set(tasks.flatMap((task) => task.tags))].sort(),
    },
    { name: "set", title: "Set", values: [...sets].sort() },
    {
      name: "outcome",
      title: "Outcome",
      values: outcomes.filter((_, place) => seen.has(place)),
    },
  ];
  return all.filter(({ values, name }) => values.length > (name === "tag" ? 0 : 1));
}
