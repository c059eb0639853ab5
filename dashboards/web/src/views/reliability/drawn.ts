/** Curves over the number of tries, each point with its interval. */

import * as Plot from "@observablehq/plot";
import type { Estimate } from "../../data/types.ts";
import { percent } from "../../words/amounts.ts";

export interface Line {
  side: string;
  colour: string;
  points: ({ k: number } & Estimate)[];
}

export function drawn(width: number, lines: Line[]): Plot.PlotOptions {
  const ks = [...new Set(lines.flatMap(({ points }) => points.map(({ k }) => k)))].sort(
    (a, b) => a - b,
  );
  const [first = 1] = ks;
  const last = ks.at(-1) ?? 1;
  // Intervals of one k would lie on each other: each side stands a little beside the next.
  const apart = Math.min(9, width / Math.max(1, ks.length) / (lines.length + 2));
  const moved = (place: number) => (place - (lines.length - 1) / 2) * apart;
  return {
    marginLeft: 44,
    marginRight: 24,
    marginTop: 12,
    marginBottom: 36,
    x: {
      domain: [first - 0.3, last + 0.3],
      ticks: ks,
      tickFormat: "d",
      label: "Tries of a task (k)",
      labelAnchor: "center",
      labelArrow: "none",
      tickSize: 0,
    },
    y: {
      domain: [0, 1],
      ticks: 5,
      tickFormat: (value: number) => percent(value),
      label: null,
      tickSize: 0,
    },
    marks: [
      Plot.gridY({ ticks: 5, stroke: "var(--line)", strokeOpacity: 1 }),
      ...lines.flatMap(({ points, colour }, place) => [
        Plot.line(points, {
          x: "k",
          y: "value",
          stroke: colour,
          strokeWidth: 2,
          dx: moved(place),
          strokeLinejoin: "round",
        }),
        Plot.ruleX(
          points.filter(({ low, high }) => low !== null && high !== null),
          {
            x: "k",
            y1: "low",
            y2: "high",
            stroke: colour,
            strokeWidth: 5,
            strokeOpacity: 0.24,
            strokeLinecap: "round",
            dx: moved(place),
          },
        ),
        Plot.dot(points, {
          x: "k",
          y: "value",
          r: 3.5,
          fill: colour,
          stroke: "var(--card)",
          strokeWidth: 1.5,
          dx: moved(place),
        }),
      ]),
    ],
  };
}
