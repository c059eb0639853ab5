/** The runs that a figure stands on, or all there are: each leads to its steps. */

import { useMemo } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { FigureValue } from "../../components/FigureValue.tsx";
import { Section } from "../../components/Section.tsx";
import { Table } from "../../components/Table.tsx";
import type { Column } from "../../components/Table.tsx";
import type { Place } from "../../data/types.ts";
import { orderOf, orderText } from "../../state/order.ts";
import { tasksOf } from "../../statistics/tasks.ts";
import { SoughtProvider } from "../../text/Marked.tsx";
import { line } from "../../text/visible.ts";
import { counted } from "../../words/amounts.ts";
import { scoreTitle } from "../../words/scores.ts";
import { runColumns } from "./columns.tsx";
import type { RunColumn } from "./columns.tsx";
import { Conditions } from "./Conditions.tsx";
import { RunTools } from "./RunTools.tsx";
import { selected } from "./selection.ts";
import type { Selection } from "./selection.ts";
import { valueColumn } from "./value.ts";
import "./runs.css";

const OF_SCORE: RunColumn[] = ["task", "experiment", "variant", "trial", "outcome", "reason"];
const OF_RUN: RunColumn[] = [...OF_SCORE.slice(0, -1), "took", "reason"];
const OF_WORDS: RunColumn[] = ["found", "task", "experiment", "variant", "outcome"];

export function Runs() {
  const report = useReport();
  const { document, state, go } = report;
  const found = useMemo(() => selected(report), [report]);
  const { runs, score, conditions, values, sought } = found;
  const columns = useColumns(found);
  const { ofRun } = tasksOf(document);
  const tasks = new Set(runs.map(ofRun).filter((task) => task >= 0)).size;
  const { find: _, sort, ...others } = state.own;
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
      <RunTools values={values} sought={sought} runs={runs} />
      {sought !== null && <p class="paper-only">Looked for: “{line(sought.words, 200)}”.</p>}
      <Conditions conditions={conditions} />
      <SoughtProvider value={sought}>
        <Table
          key={JSON.stringify(others)}
          caption="Runs"
          rows={runs}
          rowKey={(run) => run}
          columns={columns}
          order={orderOf(sort)}
          onOrder={(order) =>
            go({ own: { ...state.own, sort: orderText(order) } }, { replace: true })
          }
          page={50}
          empty="No run is so."
        />
      </SoughtProvider>
    </Section>
  );
}

/** The run, its values of what is asked for, and what else tells runs apart. */
function useColumns({ score, values, sought }: Selection): Column<Place>[] {
  const { document, score: declared } = useReport();
  const looked = sought !== null;
  const names = [score?.name, ...values.map((each) => each.score)].filter((each) => each);
  const asked = [...new Set(names)].join("\n");
  return useMemo(() => {
    const columns = asked.split("\n").flatMap((name) => {
      const each = declared(name);
      return (each && valueColumn(document, each)) ?? [];
    });
    const wanted = columns.length > 0 ? OF_SCORE : OF_RUN;
    // Of many columns those are left that say least of what was looked for.
    const [run, ...others] = runColumns(document, looked ? OF_WORDS : wanted);
    const found = looked ? others.splice(0, 1) : [];
    return [...(run ? [run] : []), ...found, ...columns, ...others];
  }, [document, asked, looked]);
}

/** The figure that these runs come to, where no condition but its side is asked. */
function Figure() {
  const { state, figures, filtered, score: scoreOf } = useReport();
  const { score: name = "", side, sort: _, ...others } = state.own;
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
