/** Each task, and what every side answered to it. */

import { useMemo } from "preact/hooks";
import { address, useReport } from "../../app/context.ts";
import { ByTools, useSides } from "../../components/ByTools.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Section } from "../../components/Section.tsx";
import { taskNames } from "../../statistics/sides.ts";
import { line } from "../../text/visible.ts";
import { counted, grouped } from "../../words/amounts.ts";
import { taskName } from "../../words/tasks.ts";
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
  const names = useMemo(() => taskNames(document), [document]);
  const all = useMemo(() => summaries(document, chosen), [document, chosen]);
  const asked = state.own.of;
  const shown = all.find(({ task }) => taskName(names, task) === asked) ?? all[0];
  const told = useMemo(
    () => (shown ? answers(document, shown.runs, sides) : []),
    [document, shown, sides],
  );
  if (shown === undefined) return <Nothing filtered={filtered} />;
  const task = document.tasks[shown.task];
  const name = taskName(names, shown.task);
  const judged =
    shown.judged === 0
      ? "No run was judged"
      : `${grouped(shown.matched, 0)} of ${counted(shown.judged, "judged run")} matched`;
  return (
    <div class={asked === undefined ? "results-split" : "results-split open"}>
      <TaskList tasks={all} names={names} shown={shown.task} />
      <div class="results-task">
        <a class="results-back" href={address(state, { view: "results", own: {} })}>
          <span aria-hidden="true">← </span>All tasks
        </a>
        {task !== undefined && <TaskPage key={shown.task} task={task} name={name} />}
        <Section
          title="Answers"
          says={`${judged}. Runs that said the same are one line.`}
          tools={<ByTools offered={offered} by={sides.by} shared={false} />}
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
