/** How far a side can be relied on: what becomes of success when a task is tried again. */

import { useCallback, useMemo } from "preact/hooks";
import type { PlotOptions } from "@observablehq/plot";
import { useReport } from "../../app/context.ts";
import { Chart } from "../../components/Chart.tsx";
import { Empty } from "../../components/Empty.tsx";
import { Legend } from "../../components/Legend.tsx";
import { PlotFigure } from "../../components/PlotFigure.tsx";
import type { Estimate, Reliability as Curves } from "../../data/types.ts";
import { curves as computed } from "../../statistics/curves.ts";
import { sides as sidesOf } from "../../statistics/sides.ts";
import { UNKNOWN, counted, percent } from "../../words/amounts.ts";
import { interval } from "../../words/figures.ts";
import { Caution } from "../overview/Caution.tsx";
import { BY_WORDS } from "../../words/by.ts";
import { drawn } from "./drawn.ts";
import type { Line } from "./drawn.ts";
import "./reliability.css";

const KINDS = [
  {
    kind: "pass_at",
    title: "At least one of k",
    says: "pass@k: how often one success or more is among k tries at a task. What you get when you can tell a good answer. At k = 1 it is success; its interval here is from tasks drawn anew, on the Overview by Wilson's formula, so the two differ a little.",
  },
  {
    kind: "pass_hat",
    title: "All of k",
    says: "pass^k: how often all k tries at a task succeed. What you get when every answer is used as it comes.",
  },
] as const;

/** More lines than this cannot be told apart. */
const MOST_LINES = 8;

export function Reliability() {
  const { by, curves } = useCurves();
  const { state } = useReport();
  if (curves.length === 0) {
    return (
      <Empty title="No task has checks">
        <p>
          Reliability is of tasks whose success can be told. Give tasks of the suite their{" "}
          <code>checks:</code>, and score again.
        </p>
      </Empty>
    );
  }
  if (curves.every(({ k }) => k.length < 2)) {
    return (
      <Empty title="Every task was tried once">
        <p>
          What becomes of success over several tries shows from two trials of each task on: set{" "}
          <code>trials:</code> in the suite.
        </p>
      </Empty>
    );
  }
  const shown = curves.slice(0, MOST_LINES);
  return (
    <>
      <Caution />
      <div class="panels">
        {KINDS.map(({ kind, title, says }) => (
          <Panel
            key={kind}
            title={title}
            says={says}
            lines={linesOf(shown, kind, state.shared)}
            by={BY_WORDS[by]}
          />
        ))}
      </div>
      <p class="says">
        {curves.length > MOST_LINES && `The first ${MOST_LINES} of ${curves.length}. `}
        {leftOut(shown)}
      </p>
    </>
  );
}

function useCurves() {
  const { document, figures, chosen, filtered } = useReport();
  const by = figures.by === "task" ? "all" : figures.by;
  const curves = useMemo(() => {
    const told = document.reliability[by] ?? [];
    if (!filtered) return told;
    const trials = document.reliability.all?.[0]?.k ?? [];
    return withoutEmptyEnds(
      computed(document, figures.shared ? figures.runs() : chosen, sidesOf(document, by), trials),
    );
  }, [document, by, chosen, filtered, figures]);
  return { by, curves };
}

/** Of few runs fewer trials can be drawn. */
function withoutEmptyEnds(curves: Curves[]): Curves[] {
  return curves.map((curve) => {
    const known = curve.pass_at.filter((each) => each !== null).length;
    return {
      ...curve,
      k: curve.k.slice(0, known),
      pass_at: curve.pass_at.slice(0, known),
      pass_hat: curve.pass_hat.slice(0, known),
      left_out: curve.left_out.slice(0, known),
    };
  });
}

function linesOf(curves: Curves[], kind: "pass_at" | "pass_hat", shared: boolean): Line[] {
  return curves.map((curve, place) => {
    const points: (Estimate | null)[] = (shared ? curve.shared?.[kind] : null) ?? curve[kind];
    return {
      side: curve.side,
      colour: `var(--side-${place + 1})`,
      points: curve.k.flatMap((k, at) => {
        const estimate = points[at];
        return estimate ? { k, ...estimate } : [];
      }),
    };
  });
}

interface PanelProperties {
  title: string;
  says: string;
  lines: Line[];
  by: string;
}

function Panel({ title, says, lines, by }: PanelProperties) {
  const { filtered } = useReport();
  const key = JSON.stringify(lines);
  const draw = useCallback((width: number): PlotOptions => drawn(width, JSON.parse(key)), [key]);
  const last = lines.map(({ side, points }) => {
    const end = points.at(-1);
    return end ? `${side}: ${percent(end.value)} at ${end.k}` : side;
  });
  return (
    <Chart
      title={title}
      says={filtered ? `${says} No intervals while runs are filtered.` : says}
      readable={() => ({
        head: [by, "Tries (k)", "Chance", "95 % interval", "Tasks"],
        rows: lines.flatMap(({ side, points }) =>
          points.map((point) => [
            side,
            `${point.k}`,
            percent(point.value),
            interval(point, "share") ?? UNKNOWN,
            `${point.tasks}`,
          ]),
        ),
      })}
    >
      {lines.length > 1 && (
        <Legend entries={lines.map(({ side, colour }) => ({ name: side, colour, form: "line" }))} />
      )}
      <PlotFigure label={`${title}, by tries. ${last.join("; ")}`} draw={draw} height={320} />
    </Chart>
  );
}

function leftOut(curves: Curves[]): string {
  const most = Math.max(...curves.flatMap(({ left_out }) => left_out), 0);
  const tasks = Math.max(...curves.map(({ tasks: of }) => of), 0);
  if (most === 0) return `Of ${counted(tasks, "task")}, each tried as often as is drawn.`;
  return `A task counts up to as many tries as it had: at the right, up to ${counted(most, "task")} of ${tasks} are left out.`;
}
