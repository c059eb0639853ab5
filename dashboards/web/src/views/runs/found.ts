/** Runs that hold what is looked for: in their answer, in why they ended so, their task, their id. */

import type { Cut, Document, Place } from "../../data/types.ts";
import { NO_TASK, taskName, tasksOf } from "../../statistics/tasks.ts";
import { APART, type Sought } from "../../text/sought.ts";
import { line } from "../../text/visible.ts";

export function holding(document: Document, runs: Place[], looked: Sought): Place[] {
  const words = wordsOfRuns(document);
  return runs.filter((run) => looked.holds(words[run] ?? ""));
}

/** Of how many of some runs the page holds the beginning of the answer alone. */
export function cutAnswers({ runs: { answer } }: Document, runs: Place[]): number {
  return runs.filter((run) => typeof (answer[run] ?? "") !== "string").length;
}

const known = new WeakMap<Document, string[]>();

/** A text for each run; words are not looked for across its parts. */
function wordsOfRuns(document: Document): string[] {
  let found = known.get(document);
  if (!found) {
    const tasks = tasksOf(document);
    const { id, answer, reason } = document.runs;
    found = id.map((each, run) => {
      const task = tasks.ofRun(run);
      const name = task === NO_TASK ? "" : taskName(tasks, task);
      return [each, name, reason[run] ?? "", begun(answer[run] ?? null)].join(APART);
    });
    known.set(document, found);
  }
  return found;
}

export function begun(text: Cut | null): string {
  if (text === null) return "";
  return typeof text === "string" ? text : text.cut;
}

/** Of a text on one line what stands around the words that are looked for, else its beginning. */
export function around(text: string, looked: Sought | null, room: number): string {
  const first = looked?.first(text) ?? null;
  if (first === null || first[1] < room) return line(text, room);
  const from = Math.max(0, first[0] - Math.floor(room / 3));
  return `…${line(text.slice(from), Math.max(room, first[1] - from + 1))}`;
}
