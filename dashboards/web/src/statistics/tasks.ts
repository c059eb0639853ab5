/** Tasks as figures count them: by name, in whichever experiment they were run. */

import type { Document, Place } from "../data/types.ts";

/** Stands for the task of runs that tell of none. */
export const NO_TASK: Place = -1;

export interface Tasks {
  names: string[];
  /** By name where it stands in `document.tasks`: once for each experiment. */
  entries: Place[][];
  /** Of an entry of `document.tasks`, its place among `names`. */
  of: Place[];
  /** The place of a run's task among `names`; `NO_TASK` if it has none. */
  ofRun(run: Place): Place;
}

const known = new WeakMap<Document, Tasks>();

export function tasksOf(document: Document): Tasks {
  const told = known.get(document);
  if (told) return told;
  const places = new Map<string, Place>();
  const entries: Place[][] = [];
  const of = document.tasks.map(({ id }, entry) => {
    const place = places.get(id) ?? places.size;
    places.set(id, place);
    (entries[place] ??= []).push(entry);
    return place;
  });
  const { task } = document.runs;
  const found: Tasks = {
    names: [...places.keys()],
    entries,
    of,
    ofRun: (run) => of[task[run] ?? -1] ?? NO_TASK,
  };
  known.set(document, found);
  return found;
}

export function taskName({ names }: Tasks, task: Place): string {
  return names[task] ?? "(no task)";
}
