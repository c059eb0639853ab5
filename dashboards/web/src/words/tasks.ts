/** What a task is called. */

import type { Place } from "../data/types.ts";

/** Stands for the task of runs that tell of none. */
export const NO_TASK: Place = -1;

export function taskName(names: string[], task: Place): string {
  return names[task] ?? "(no task)";
}
