/** What there is to filter by. */

import type { Document } from "../data/types.ts";
import type { FilterName } from "../state/state.ts";
import { NONE } from "./chosen.ts";

export interface Choice {
  name: FilterName;
  title: string;
  values: string[];
}

/** Each filter that tells some runs from others, with its values. */
export function choices(document: Document): Choice[] {
  const { axes, runs, tasks, outcomes } = document;
  const axis = (name: "model" | "revision" | "tier" | "harness") =>
    withNone(axes[name], runs[name].includes(null));
  const seen = new Set(runs.outcome);
  const sets = new Set(tasks.map((task) => task.set));
  const all: Choice[] = [
    { name: "model", title: "Model", values: axis("model") },
    { name: "revision", title: "Revision", values: axis("revision") },
    { name: "tier", title: "Tier", values: axis("tier") },
    { name: "harness", title: "Harness", values: axis("harness") },
    { name: "task", title: "Task", values: unique(tasks.map((task) => task.id)) },
    { name: "tag", title: "Tag", values: unique(tasks.flatMap((task) => task.tags)) },
    {
      name: "set",
      title: "Set",
      values: [...sets].map((set) => set ?? NONE).sort(),
    },
    {
      name: "outcome",
      title: "Outcome",
      values: outcomes.filter((_, place) => seen.has(place)),
    },
  ];
  return all.filter(({ values, name }) => values.length > (name === "tag" ? 0 : 1));
}

function withNone(values: string[], some: boolean): string[] {
  return some && values.length > 0 ? [...values, NONE] : values;
}

function unique(values: string[]): string[] {
  return [...new Set(values)].sort();
}
