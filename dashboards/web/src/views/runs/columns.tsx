/** What a list tells of each run. */

import { OutcomeChip } from "../../components/Chip.tsx";
import { RunLink } from "../../components/RunLink.tsx";
import type { Column } from "../../components/Table.tsx";
import type { Document, Place } from "../../data/types.ts";
import { tip } from "../../components/Tips.tsx";
import { outcomeOf } from "../../statistics/among.ts";
import { taskName, tasksOf } from "../../statistics/tasks.ts";
import { line } from "../../text/visible.ts";
import { UNKNOWN, amount } from "../../words/amounts.ts";

export type RunColumn = "task" | "experiment" | "variant" | "trial" | "outcome" | "took" | "reason";

/** The run itself, and of the rest what is wanted, as far as it tells runs apart. */
export function runColumns(document: Document, wanted: RunColumn[]): Column<Place>[] {
  return [RUN, ...wanted.flatMap((each) => COLUMNS[each](document))];
}

const RUN: Column<Place> = {
  key: "run",
  title: "Run",
  heads: true,
  cell: (run) => <RunLink run={run} />,
};

const COLUMNS: Record<RunColumn, (document: Document) => Column<Place>[]> = {
  task: (document) => {
    const tasks = tasksOf(document);
    const name = (run: Place) => taskName(tasks, tasks.ofRun(run));
    return tasks.names.length > 0 ? [named("task", "Task", name, "run-task")] : [];
  },
  experiment: ({ experiments, runs }) =>
    experiments.length > 1
      ? [named("experiment", "Experiment", (run) => experiments[runs.experiment[run] ?? -1] ?? "")]
      : [],
  variant: ({ variants, runs, axes }) => {
    // Of the only one there is its model: its name says nothing.
    const [only] = variants.length > 1 ? [] : variants;
    const name = (run: Place) => variants[runs.variant[run] ?? -1]?.name ?? UNKNOWN;
    const model = only && axes.model[only.model ?? -1];
    return [named("variant", "Variant", model === undefined ? name : () => model, "run-variant")];
  },
  trial: ({ runs }) => {
    if (runs.trial.every((trial) => trial === null)) return [];
    return [measured("trial", "Trial", "count", runs.trial)];
  },
  outcome: (document) => [
    {
      key: "outcome",
      title: "Outcome",
      cell: (run) => <OutcomeChip outcome={outcomeOf(document, run)} />,
      order: (run) => document.runs.outcome[run] ?? null,
    },
  ],
  took: ({ runs }) => [
    measured("turns", "Turns", "count", runs.turns),
    measured("tokens", "Tokens", "tokens", runs.tokens),
    measured("seconds", "Time", "seconds", runs.seconds),
    measured("cost", "Cost", "USD", runs.values.cost_usd ?? runs.cost_usd),
  ],
  reason: ({ runs }) => [
    {
      key: "reason",
      title: "Why",
      cell: (run) => {
        const told = line(runs.reason[run] ?? "", 400);
        return (
          told && (
            <bdi class="run-reason" {...tip(told)}>
              {told}
            </bdi>
          )
        );
      },
    },
  ],
};

function named(key: string, title: string, name: (run: Place) => string, kind = ""): Column<Place> {
  return {
    key,
    title,
    cell: (run) => <bdi class={kind}>{line(name(run), 120)}</bdi>,
    order: name,
  };
}

function measured(
  key: string,
  title: string,
  unit: string,
  column: (number | null)[],
): Column<Place> {
  return {
    key,
    title,
    numeric: true,
    cell: (run) => {
      const value = column[run] ?? null;
      return value === null ? <span class="unknown">{UNKNOWN}</span> : amount(value, unit);
    },
    order: (run) => column[run] ?? null,
  };
}
