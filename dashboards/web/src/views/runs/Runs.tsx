/** The runs that a figure stands on, or all there are: each leads to its steps. */

import { useMemo } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { FigureValue } from "../../components/FigureValue.tsx";
import { Section } from "../../components/Section.tsx";
import { Table } from "../../components/Table.tsx";
import { tasksOf } from "../../statistics/tasks.ts";
import { line } from "../../text/visible.ts";
import { counted } from "../../words/amounts.ts";
import { scoreTitle } from "../../words/scores.ts";
import { runColumns } from "./columns.tsx";
import type { RunColumn } from "./columns.tsx";
import { selected } from "./selection.ts";
import { valueColumn } from "./value.ts";
import "./runs.css";

const OF_SCORE: RunColumn[] = ["task", "experiment", "variant", "trial", "outcome", "reason"];
const OF_RUN: RunColumn[] = [...OF_SCORE.slice(0, -1), "took", "reason"];

export function Runs() {
  const report = useReport();
  const { document, state, go } = report;
  const { runs, score, conditions } = useMemo(() => selected(report), [report]);
  const columns = useMemo(() => {
    const value = score && valueColumn(document, score);
    const [run, ...others] = runColumns(document, value ? OF_SCORE : OF_RUN);
    return [run, value, ...others].filter((each) => each !== null && each !== undefined);
  }, [document, score]);
  const { ofRun } = tasksOf(document);
  const tasks = new Set(runs.map(ofRun).filter((task) => task >= 0)).size;
  const without = (keys: string[]) => {
    const own = Object.fromEntries(
      Object.entries(state.own).filter(([key]) => !keys.includes(key)),
    );
    go({ own, ...(keys.includes("shared") && { shared: false }) }, { replace: true });
  };
  return (
    <Section
      title={score ? `Runs behind “${scoreTitle(score.name)}”` : "Runs"}
      says={
        <>
          {counted(runs.length, "run")}
          {tasks > 0 && ` of ${counted(tasks, "task")}`}. {score && <Figure />}
        </>
      }
    >
      {conditions.length > 0 && (
        <ul class="conditions" aria-label="Only runs">
          {conditions.map(({ keys, words }) => (
            <li key={keys[0]}>
              <button type="button" onClick={() => without(keys)}>
                <bdi>{line(words, 80)}</bdi>
                <span aria-hidden="true">×</span>
                <span class="hidden">: let other runs in, too</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <Table
        key={JSON.stringify(state.own)}
        caption="Runs"
        rows={runs}
        rowKey={(run) => run}
        columns={columns}
        page={50}
        empty="No run is so."
      />
    </Section>
  );
}

/** The figure that these runs come to, where no condition but its side is asked. */
function Figure() {
  const { state, figures, filtered, score: scoreOf } = useReport();
  const { score: name = "", side, ...others } = state.own;
  const score = scoreOf(name);
  if (!score || Object.keys(others).length > 0) return null;
  const place = side === undefined ? -1 : figures.sides.indexOf(side);
  const figure = side === undefined ? figures.ofAll(score) : figures.of(score)[place];
  const middle = Boolean(figure?.median);
  return (
    <>
      {middle ? "Their median: " : "They come to "}
      <FigureValue wide figure={figure} score={score} filtered={filtered} middle={middle} />.
    </>
  );
}
