/** Each task, and what every side answered to it. */

import { useMemo } from "preact/hooks";
import { address, useReport } from "../../app/context.ts";
import { ByPicker, useSides } from "../../components/ByPicker.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Section } from "../../components/Section.tsx";
import { taskName, tasksOf } from "../../statistics/tasks.ts";
import type { Document, Place, Task } from "../../data/types.ts";
import { line } from "../../text/visible.ts";
import { counted, grouped } from "../../words/amounts.ts";
import { answers, summaries } from "./answers.ts";
import { SideAnswers } from "./SideAnswers.tsx";
import { TaskList } from "./TaskList.tsx";
import { TaskPage } from "./TaskPage.tsx";
import "../../text/text.css";
import "./task.css";
import "./results.css";

export function Results() {
  const { document, state, chosen, filtered } = useReport();
  const { offered, sides } = useSides();
  const names = tasksOf(document);
  const all = useMemo(() => summaries(document, chosen), [document, chosen]);
  const asked = state.own.of;
  const shown = all.find(({ task }) => taskName(names, task) === asked) ?? all[0];
  const told = useMemo(
    () => (shown ? answers(document, shown.runs, sides) : []),
    [document, shown, sides],
  );
  if (shown === undefined) return <Nothing filtered={filtered} />;
  const given = differing(document, names.entries[shown.task] ?? []);
  const name = taskName(names, shown.task);
  const judged =
    shown.judged === 0
      ? "No run was judged"
      : `${grouped(shown.passed, 0)} of ${counted(shown.judged, "judged run")} passed`;
  return (
    <div class={asked === undefined ? "results-split" : "results-split open"}>
      <TaskList tasks={all} names={names} shown={shown.task} />
      <div class="results-task">
        <a class="results-back" href={address(state, { view: "results", own: {} })}>
          <span aria-hidden="true">← </span>All tasks
        </a>
        {given.map((task) => (
          <TaskPage
            key={`${shown.task} ${task.experiment}`}
            task={task}
            name={name}
            experiment={given.length > 1 ? document.experiments[task.experiment] : undefined}
          />
        ))}
        <Section
          title="Answers"
          says={`${judged}. Runs that said the same are one line.`}
          tools={<ByPicker offered={offered} by={sides.by} />}
        >
          {told.map((side) => (
            <SideAnswers key={side.side} side={side} alone={sides.by === "all"} />
          ))}
        </Section>
        {asked !== undefined && name !== asked && (
          <p class="unknown" role="status">
            No run of {line(asked, 80)} is among those shown: this is the first task.
          </p>
        )}
      </div>
    </div>
  );
}

/** A task as it was given; of several experiments once for each that gave it in another way. */
function differing(document: Document, entries: Place[]): Task[] {
  const found = new Map<string, Task>();
  for (const entry of entries) {
    const task = document.tasks[entry];
    if (!task) continue;
    const { experiment: _, ...rest } = task;
    const key = JSON.stringify(rest);
    if (!found.has(key)) found.set(key, task);
  }
  return [...found.values()];
}

function Nothing({ filtered }: { filtered: boolean }) {
  return (
    <Empty title={filtered ? "No run is left" : "No results yet"}>
      {filtered ? (
        <p>The filters let no run through: clear one of them.</p>
      ) : (
        <p>
          Bring traces in with <code>midspan ingest</code>, then make this report again.
        </p>
      )}
    </Empty>
  );
}
