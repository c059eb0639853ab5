/** The causes of failed runs among those that are chosen: Python's, counted anew. */

import type { Cause, Document, Failures, Place } from "../data/types.ts";
import { FAILURES, endedIn, outcomeOf } from "./among.ts";
import { groups } from "./groups.ts";
import { sum } from "./intervals.ts";
import { tasksOf } from "./tasks.ts";

/** What the address calls a fault rule; null: no fault was left. */
export function ruleName(rule: string | null): string {
  return rule ?? "none";
}

/** The tool that failed, which a signature names behind its rule; null: none did. */
export function toolOf({ rule, signature }: Cause): string | null {
  if (rule === null || signature === null || !signature.startsWith(`${rule} `)) return null;
  const [tool = ""] = signature.slice(rule.length + 1).split(": ");
  return tool === "" ? null : tool;
}

/** The runs of a cause, by its example, or of all causes of a rule, in one tool or in all. */
export function runsOfCauses(
  document: Document,
  { cause, rule, tool }: { cause?: string; rule?: string; tool?: string },
): Set<Place> {
  const placeOf = placesOf(document);
  const found = document.failures.causes.filter(
    (each) =>
      (cause === undefined || each.example === cause) &&
      (rule === undefined || ruleName(each.rule) === rule) &&
      (tool === undefined || (toolOf(each) ?? "") === tool),
  );
  return new Set(found.flatMap(({ run_ids }) => run_ids.flatMap((id) => placeOf.get(id) ?? [])));
}

/** What `midspan failures` would say of the chosen runs alone. */
export function failuresOf(document: Document, chosen: Place[]): Failures {
  const ended = groups(chosen, (run) => outcomeOf(document, run));
  const isFailed = endedIn(document, FAILURES);
  const failed = chosen.filter(isFailed).length;
  const here = new Set(chosen);
  const placeOf = placesOf(document);
  const causes = document.failures.causes
    .flatMap((cause) => {
      const runs = cause.run_ids
        .flatMap((id) => placeOf.get(id) ?? [])
        .filter((run) => here.has(run));
      return runs.length > 0 ? countedOf(document, cause, runs, failed) : [];
    })
    // As they stood, where as many runs are of each.
    .sort((a, b) => b.runs - a.runs);
  const rules = [...groups(causes, ({ rule }) => rule)]
    .map(([rule, of]) => ({ rule, runs: sum(of.map(({ runs }) => runs)) }))
    .sort((a, b) => b.runs - a.runs);
  const outcomes = Object.fromEntries([...ended].map(([name, runs]) => [name, runs.length]));
  return { failed, judged: failed + (outcomes.success ?? 0), outcomes, rules, causes };
}

/** A cause as it is of some runs. */
export function countedOf(document: Document, cause: Cause, runs: Place[], failed: number): Cause {
  const { ofRun } = tasksOf(document);
  const { id, model } = document.runs;
  const run_ids = runs.map((run) => id[run] ?? "");
  return {
    ...cause,
    runs: runs.length,
    share: runs.length / failed,
    tasks: new Set(runs.map(ofRun).filter((task) => task >= 0)).size,
    outcomes: tally(runs.map((run) => outcomeOf(document, run))),
    models: tally(runs.flatMap((run) => document.axes.model[model[run] ?? -1] ?? [])),
    run_ids,
  };
}

/** "12 wrong", the largest first. */
function tally(names: string[]): string[] {
  return [...groups(names, (name) => name)]
    .sort(([a, of], [b, others]) => others.length - of.length || (a < b ? -1 : 1))
    .map(([name, of]) => `${of.length} ${name}`);
}

const known = new WeakMap<Document, Map<string, Place>>();

/** The places of runs by their ids. */
export function placesOf(document: Document): Map<string, Place> {
  let found = known.get(document);
  if (!found) {
    found = new Map(document.runs.id.map((id, place) => [id, place]));
    known.set(document, found);
  }
  return found;
}
