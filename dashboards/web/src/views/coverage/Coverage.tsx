/** How much of what was planned was done, and why the rest is missing. */

import { useMemo } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { ByPicker, SharedToggle, useSides } from "../../components/ByPicker.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Legend } from "../../components/Legend.tsx";
import { Section } from "../../components/Section.tsx";
import { NO_TASK, taskName, tasksOf } from "../../statistics/tasks.ts";
import { counted, grouped, percent } from "../../words/amounts.ts";
import { grid, notJudged, reasons } from "./grid.ts";
import { Heatmap } from "./Heatmap.tsx";
import { MissingRuns } from "./MissingRuns.tsx";
import { Reasons } from "./Reasons.tsx";
import "./coverage.css";

export function Coverage() {
  const { document, state, go, chosen, filtered } = useReport();
  const { offered, sides } = useSides();
  const tasks = tasksOf(document);
  const found = useMemo(
    () => grid(document, chosen, sides, state.shared),
    [document, chosen, sides, state.shared],
  );
  const missing = useMemo(() => found.totals.flatMap((cell) => cell.missing), [found]);
  const why = useMemo(() => reasons(document, missing), [document, missing]);
  const unjudged = useMemo(() => notJudged(document, chosen, found), [document, chosen, found]);
  const planned = found.totals.reduce((sum, cell) => sum + cell.planned, 0);
  if (planned === 0) return <Nothing filtered={filtered} shared={state.shared} />;
  // A side that the filters leave nothing of is not one of which nothing was planned.
  const columns = found.totals.flatMap((cell, side) =>
    filtered && cell.planned === 0 ? [] : side,
  );
  const judged = planned - missing.length - unjudged;
  const looked = found.rows.find((row) => taskName(tasks, row.task) === state.own.of);
  const task = looked?.task ?? NO_TASK;
  const side = sides.names.indexOf(state.own.side ?? "");
  const cell = looked?.cells[side] ?? null;
  const look = (of: string | null, at: string | null) => {
    const { of: _, side: __, ...rest } = state.own;
    const own = of === null || at === null ? rest : { ...rest, of, side: at };
    go({ own }, { replace: true });
  };
  return (
    <>
      <Section
        title="Coverage"
        says={
          <>
            {counted(judged, "run")} evaluated of {grouped(planned, 0)} planned:{" "}
            {percent(judged / planned)}.{" "}
            {unjudged > 0 &&
              `${counted(unjudged, "run")} came in, and nobody judged: there was no check to do so. They count as done below. `}
            {missing.length === 0
              ? "No run is missing."
              : "Choose a cell to see which are missing."}
          </>
        }
        help={HELP}
        tools={
          <>
            <ByPicker offered={offered} by={sides.by} />
            {sides.names.length > 1 && (
              <SharedToggle says="Only the tasks of which every side has an evaluated run." />
            )}
          </>
        }
      >
        <Legend entries={LEGEND} />
        <Heatmap
          grid={found}
          sides={sides.names}
          columns={columns}
          tasks={tasks}
          looked={cell === null ? null : { task, side }}
          onLook={(of, at) => look(taskName(tasks, of), sides.names[at] ?? null)}
        />
      </Section>
      {cell !== null && (
        <MissingRuns
          task={taskName(tasks, task)}
          side={sides.names[side] ?? ""}
          cell={cell}
          onClose={() => look(null, null)}
        />
      )}
      {why.length > 0 && <Reasons reasons={why} planned={planned} />}
    </>
  );
}

const HELP =
  "Evaluated: the run was not lost to the platform, and its outcome is known. " +
  "Done: the same, or there was no check to tell the outcome by. Figures are of done runs; " +
  "success is of those whose task has checks.";

const LEGEND = [
  { name: "Done", colour: "var(--cover-done)" },
  { name: "Missing", form: "striped" as const },
];

function Nothing({ filtered, shared }: { filtered: boolean; shared: boolean }) {
  if (shared) {
    return (
      <Empty title="No task was done by all sides">
        <p>Turn off “Shared tasks only”, or compare by something with fewer values.</p>
      </Empty>
    );
  }
  return (
    <Empty title={filtered ? "No run is left" : "Nothing was planned yet"}>
      {filtered ? (
        <p>The filters let no run through: clear one of them.</p>
      ) : (
        <p>
          Run a suite with <code>midspan sweep</code>, then make this report again.
        </p>
      )}
    </Empty>
  );
}
