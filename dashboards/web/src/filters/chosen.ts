/** The runs that filters let through. */

import type { Document, Place } from "../data/types.ts";
import type { FilterName, Filters } from "../state/state.ts";

export const NONE = "(none)";

/** The places in `document.runs` of the runs that every filter lets through, in order. */
export function chosen(document: Document, filters: Filters): Place[] {
  const tests = Object.entries(filters).map(([name, values]) =>
    test(document, name as FilterName, new Set(values)),
  );
  const found: Place[] = [];
  for (let run = 0; run < document.runs.id.length; run += 1) {
    if (tests.every((holds) => holds(run))) found.push(run);
  }
  return found;
}

type Holds = (run: Place) => boolean;

function test(document: Document, name: FilterName, values: Set<string>): Holds {
  const { runs, tasks } = document;
  switch (name) {
    case "tag":
      return byTask(
        document,
        tasks.map((task) => task.tags.some((tag) => values.has(tag))),
      );
    case "set":
      return byTask(
        document,
        tasks.map((task) => values.has(task.set ?? NONE)),
      );
    case "task":
      return byTask(
        document,
        tasks.map((task) => values.has(task.id)),
      );
    case "experiment":
      return byColumn(runs.experiment, document.experiments, values);
    case "outcome":
      return byColumn(runs.outcome, document.outcomes, values);
    default:
      return byColumn(runs[name], document.axes[name], values);
  }
}

function byTask({ runs }: Document, holds: boolean[]): Holds {
  return (run) => holds[runs.task[run] ?? -1] ?? false;
}

function byColumn(column: (Place | null)[], names: string[], values: Set<string>): Holds {
  const known = names.map((name) => values.has(name));
  const unknown = values.has(NONE);
  return (run) => known[column[run] ?? -1] ?? unknown;
}
