/** How single runs lie: a point a run, and a box for each side. */

import * as Plot from "@observablehq/plot";
import { useCallback, useMemo } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { useRunsLink } from "../../app/links.ts";
import { Chart } from "../../components/Chart.tsx";
import { Choose } from "../../components/Choose.tsx";
import { PlotFigure } from "../../components/PlotFigure.tsx";
import { MOST_SIDES } from "../../components/sideColumn.tsx";
import { Segments } from "../../components/Segments.tsx";
import { taskName, tasksOf } from "../../statistics/tasks.ts";
import { line } from "../../text/visible.ts";
import { amount, counted, grouped, short } from "../../words/amounts.ts";
import { boxes, densities, measures } from "./measures.ts";
import type { Box, Point } from "./measures.ts";
import { BY_WORDS } from "../../words/by.ts";
import { scoreTitle } from "../../words/scores.ts";

/** More points than this are a smear: the boxes say it all. */
const MOST_POINTS = 1500;
const OFFSETS = [-8, 4, -4, 8, 0];

export function Distribution() {
  const { document, state, go, figures } = useReport();
  const runsLink = useRunsLink();
  const offered = useMemo(() => measures(document), [document]);
  const score = offered.find(({ name }) => name === state.own.measure) ?? offered[0];
  const log = state.own.scale === "log";
  const sides = useMemo(() => figures.sides.slice(0, MOST_SIDES), [figures]);
  const points = useMemo(
    () => (score ? pointsOf(document, figures, score.name) : []),
    [score, figures, document],
  );
  const drawn = useMemo(
    () => (log ? points.filter(({ value }) => value > 0) : points),
    [points, log],
  );
  const lying = useMemo(() => boxes(sides, drawn), [sides, drawn]);
  const tasks = tasksOf(document);
  const unit = score?.unit ?? "";
  const draw = useCallback(
    (width: number): Plot.PlotOptions =>
      plot(width, {
        sides,
        points: drawn,
        boxes: lying,
        log,
        unit,
        title: (run) => {
          const task = taskName(tasks, tasks.ofRun(run));
          const trial = document.runs.trial[run];
          return typeof trial === "number" ? `${task}, trial ${trial}` : task;
        },
      }),
    [sides, drawn, lying, log, unit, tasks, document],
  );
  if (!score) return null;
  const set = (own: Record<string, string>) =>
    go({ own: { ...state.own, ...own } }, { replace: true });
  const dropped = points.length - drawn.length;
  const said = [
    drawn.length > MOST_POINTS
      ? `The darker, the more of ${counted(drawn.length, "run")} lie there.`
      : "A point is a run: click to open it.",
    "The box is the middle half, the line 90 of 100.",
    dropped > 0 && `${counted(dropped, "run")} of 0 not drawn: a log scale has no 0.`,
    figures.sides.length > MOST_SIDES && `The first ${MOST_SIDES} of ${figures.sides.length}.`,
  ];
  return (
    <div class="distribution">
      <Chart
        title="Run by run"
        says={
          <>
            {said.filter(Boolean).join(" ")}{" "}
            <a href={runsLink({ score: score.name })}>
              All {counted(points.length, "run")} as a list
            </a>
          </>
        }
        tools={
          <>
            <Choose
              label="Measure"
              quiet
              options={offered.map(({ name, family }) => ({
                value: name,
                title: scoreTitle(name),
                group: family,
              }))}
              value={score.name}
              onChange={(measure) => set({ measure })}
            />
            <Segments
              label="Scale"
              quiet
              options={[
                { value: "linear", title: "Linear" },
                { value: "log", title: "Log" },
              ]}
              value={log ? "log" : "linear"}
              onChange={(scale) => set({ scale })}
            />
          </>
        }
        readable={() => ({
          head: [BY_WORDS[figures.by], "Runs", "5 %", "25 %", "Median", "75 %", "95 %"],
          rows: lying.map((box) => [
            box.side,
            grouped(box.runs, 0),
            ...[box.low, box.first, box.middle, box.third, box.high].map((value) =>
              amount(value, unit),
            ),
          ]),
        })}
      >
        <PlotFigure
          label={`${scoreTitle(score.name)} of ${counted(drawn.length, "run")}, by ${BY_WORDS[figures.by].toLowerCase()}`}
          draw={draw}
          height={52 + 52 * sides.length}
          onPoint={(point) => {
            const id = document.runs.id[(point as Point).run];
            if (id !== undefined) go({ view: "run", run: id, own: {} });
          }}
        />
      </Chart>
    </div>
  );
}

type Report = ReturnType<typeof useReport>;

function pointsOf({ runs }: Report["document"], figures: Report["figures"], name: string): Point[] {
  const column = runs.values[name] ?? [];
  return figures.runs().flatMap((run) => {
    const value = column[run];
    const side = figures.sides[figures.sideOf(run)];
    if (typeof value !== "number" || side === undefined || !runs.counted[run]) return [];
    return { run, side, value };
  });
}

interface Drawn {
  sides: string[];
  points: Point[];
  boxes: Box[];
  log: boolean;
  unit: string;
  title: (run: number) => string;
}

function plot(
  width: number,
  { sides, points, boxes: lying, log, unit, title }: Drawn,
): Plot.PlotOptions {
  const narrow = width < 560;
  const ticks = (value: number) =>
    unit === "tokens" || unit === "count" ? short(value) : amount(value, unit);
  const shown = points.length > MOST_POINTS ? [] : points;
  return {
    marginLeft: narrow ? 8 : Math.min(260, Math.round(width * 0.22)),
    marginRight: 16,
    marginTop: 8,
    marginBottom: 32,
    x: {
      type: log ? "log" : "linear",
      label: null,
      tickFormat: ticks,
      ticks: narrow ? 4 : 7,
      ...(!log && { zero: true, nice: true }),
    },
    y: { domain: sides, label: null, axis: null, paddingInner: 0.15 },
    marks: [
      Plot.gridX({ stroke: "var(--line)", strokeOpacity: 1, ticks: narrow ? 4 : 7 }),
      Plot.ruleY(lying, {
        y: "side",
        x1: "low",
        x2: "high",
        stroke: "var(--ink-3)",
        strokeOpacity: 0.7,
      }),
      Plot.barX(lying, {
        y: "side",
        x1: "first",
        x2: "third",
        fill: "var(--accent)",
        fillOpacity: 0.16,
        insetTop: 10,
        insetBottom: 10,
        rx: 3,
      }),
      Plot.barX(points.length > MOST_POINTS ? densities(points, log) : [], {
        y: "side",
        x1: "from",
        x2: "to",
        fill: "var(--accent)",
        fillOpacity: { value: "share", scale: null },
        insetTop: 15,
        insetBottom: 15,
      }),
      // Points of one value would lie on each other: each is moved up or down, always alike.
      ...OFFSETS.map((dy, place) =>
        Plot.dot(
          shown.filter((_, at) => at % OFFSETS.length === place),
          {
            x: "value",
            y: "side",
            dy,
            r: narrow ? 2 : 2.5,
            fill: "var(--accent)",
            fillOpacity: 0.5,
          },
        ),
      ),
      Plot.tickX(lying, {
        y: "side",
        x: "middle",
        stroke: "var(--ink)",
        strokeWidth: 2,
        insetTop: 7,
        insetBottom: 7,
      }),
      Plot.text(sides, {
        y: (side: string) => side,
        text: (side: string) => line(side, 80),
        frameAnchor: "left",
        textAnchor: narrow ? "start" : "end",
        dx: narrow ? 0 : -10,
        dy: narrow ? -19 : 0,
        lineWidth: narrow ? 40 : Math.min(20, width * 0.018),
        textOverflow: "ellipsis",
        fill: "var(--ink)",
      }),
      Plot.tip(
        shown,
        Plot.pointer({
          x: "value",
          y: "side",
          maxRadius: 24,
          title: (point: Point) => `${amount(point.value, unit)}\n${title(point.run)}`,
          fill: "var(--card)",
          stroke: "var(--line-strong)",
          textPadding: 8,
        }),
      ),
    ],
  };
}
