/** What each side answered to a task: runs that said the same, and fared the same, as one. */

import type { Cut, Document, Place } from "../../data/types.ts";
import { NO_TASK, tasksOf } from "../../statistics/tasks.ts";
import type { Sides } from "../../statistics/sides.ts";

export type Verdict = "passed" | "failed" | "no answer" | "not judged";

export interface Group {
  verdict: Verdict;
  /** Null: none was given. */
  answer: Cut | null;
  outcome: string | null;
  /** Why it is no success; of its first run. */
  reason: string | null;
  runs: Place[];
}

export interface Answers {
  side: Place;
  name: string;
  groups: Group[];
  runs: number;
  passed: number;
  judged: number;
}

const ORDER: Verdict[] = ["passed", "failed", "no answer", "not judged"];

/** By side what it answered, sides without a run left out. */
export function answers(document: Document, runs: Place[], sides: Sides): Answers[] {
  const bySide = new Map<Place, Map<string, Group>>();
  for (const run of runs) {
    const side = sides.of(run);
    const groups = bySide.get(side) ?? new Map<string, Group>();
    bySide.set(side, groups);
    const verdict = verdictOf(document, run);
    const outcome = document.outcomes[document.runs.outcome[run] ?? -1] ?? null;
    const answer = document.runs.answer[run] ?? null;
    // Where the full text of a long answer lies says nothing of what it says.
    const said =
      answer === null || typeof answer === "string" ? answer : [answer.cut, answer.length];
    const key = JSON.stringify([verdict, outcome, said]);
    const reason = document.runs.reason[run] ?? null;
    const group = groups.get(key) ?? { verdict, answer, outcome, reason, runs: [] };
    group.runs.push(run);
    groups.set(key, group);
  }
  return [...bySide]
    .sort(([a], [b]) => a - b)
    .map(([side, groups]) => told(side, sides.names[side] ?? "", [...groups.values()]));
}

function verdictOf(document: Document, run: Place): Verdict {
  const { runs, outcomes } = document;
  const outcome = outcomes[runs.outcome[run] ?? -1];
  if (outcome === "success") return "passed";
  if (outcome === undefined || outcome === "infra" || outcome === "unscored") return "not judged";
  return outcome === "no_answer" || (runs.answer[run] ?? null) === null ? "no answer" : "failed";
}

export interface TaskSummary {
  task: Place;
  runs: Place[];
  passed: number;
  judged: number;
}

/** How each task went over some runs, in the order of the tasks, those of no task last. */
export function summaries(document: Document, chosen: Place[]): TaskSummary[] {
  const { ofRun } = tasksOf(document);
  const found = new Map<Place, TaskSummary>();
  for (const run of chosen) {
    const task = ofRun(run);
    const summary = found.get(task) ?? { task, runs: [], passed: 0, judged: 0 };
    found.set(task, summary);
    summary.runs.push(run);
    const verdict = verdictOf(document, run);
    if (verdict !== "not judged") summary.judged += 1;
    if (verdict === "passed") summary.passed += 1;
  }
  const order = (task: Place) => (task === NO_TASK ? Infinity : task);
  return [...found.values()].sort((a, b) => order(a.task) - order(b.task));
}

function told(side: Place, name: string, groups: Group[]): Answers {
  const count = (some: Group[]) => some.reduce((sum, { runs }) => sum + runs.length, 0);
  return {
    side,
    name,
    groups: groups.sort(
      (a, b) =>
        ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) || b.runs.length - a.runs.length,
    ),
    runs: count(groups),
    passed: count(groups.filter(({ verdict }) => verdict === "passed")),
    judged: count(groups.filter(({ verdict }) => verdict !== "not judged")),
  };
}
