/** What a list tells of each run. */

import { useReport } from "../../app/context.ts";
import { OutcomeChip } from "../../components/Chip.tsx";
import { RunLink } from "../../components/RunLink.tsx";
import type { Column } from "../../components/Table.tsx";
import type { Document, Place } from "../../data/types.ts";
import { tip } from "../../components/Tips.tsx";
import { outcomeOf } from "../../statistics/among.ts";
import { taskName, tasksOf } from "../../statistics/tasks.ts";
import { Marked, useSought } from "../../text/Marked.tsx";
import { line } from "../../text/visible.ts";
import { UNKNOWN, amount } from "../../words/amounts.ts";
import { around, begun } from "./found.ts";

export type RunColumn = "task" | "experiment" | "variant" | "trial" | "outcome" | "took" | "reason" | "found";

/** The run itself, and of the rest what is wanted, as far as it tells runs apart. */
export function runColumns(document: Document, wanted: RunColumn[]): Column<Place>[] {
  return [RUN, ...wanted.flatMap((each) => COLUMNS[each](document))];
}

const RUN: Column<Place> = {
  key: "run",
  title: "Run",
  heads: true,
  cell: (run) => <Run run={run} />,
};

/** By the beginning of its id; by all of it where that is what was looked for. */
function Run({ run }: { run: Place }) {
  const { document } = useReport();
  const looked = useSought();
  const id = document.runs.id[run] ?? "";
  if (looked === null || !looked.holds(id)) return <RunLink run={run} />;
  return (
    <RunLink run={run}>
      <Marked text={line(id, 80)} />
    </RunLink>
  );
}

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
      cell: (run) => <Told text={runs.reason[run] ?? ""} />,
    },
  ],
  found: ({ runs }) => [
    {
      key: "found",
      title: "Found in",
      cell: (run) => <Found answer={begun(runs.answer[run] ?? null)} reason={runs.reason[run]} />,
    },
  ],
};

function Told({ text }: { text: string }) {
  if (text === "") return null;
  const told = line(text, 400);
  return (
    <bdi class="run-reason" {...tip(told)}>
      {told}
    </bdi>
  );
}

/** What stands around the words that are looked for, where the other columns do not show them. */
function Found({ answer, reason }: { answer: string; reason: string | null | undefined }) {
  const looked = useSought();
  const texts = { Answer: answer, Why: reason ?? "" };
  const found = Object.entries(texts).filter(([, text]) => looked?.holds(text));
  return (
    <ul class="run-found">
      {found.map(([name, text]) => (
        <li key={name} {...tip(line(text, 400))}>
          <span class="unknown">{name}</span>{" "}
          <bdi>
            <Marked text={around(text, looked, NEAR)} />
          </bdi>
        </li>
      ))}
    </ul>
  );
}

/** Characters that two lines have room for. */
const NEAR = 90;

function named(key: string, title: string, name: (run: Place) => string, kind = ""): Column<Place> {
  return {
    key,
    title,
    cell: (run) => (
      <bdi class={kind}>
        <Marked text={line(name(run), 120)} />
      </bdi>
    ),
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
