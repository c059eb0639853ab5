/** Episodes beside the steps: a line from the call that failed to the one that made up for it. */

import { endWords } from "../../words/steps.ts";
import type { Bracket } from "./brackets.ts";

interface Properties {
  brackets: Bracket[];
  lanes: number;
  rows: number;
  height: number;
}

export const LANE = 14;
const RADIUS = 4;

/** The rows say the same in words: hidden from those who listen. */
export function Rail({ brackets, lanes, rows, height }: Properties) {
  if (lanes === 0) return null;
  return (
    <svg
      class="rail"
      width={lanes * LANE}
      height={rows * height}
      aria-hidden="true"
      focusable="false"
    >
      {brackets.map((bracket) => (
        <Episode
          key={`${bracket.lane} ${bracket.points[0]?.row}`}
          bracket={bracket}
          height={height}
          x={(lanes - 1 - bracket.lane) * LANE + LANE / 2}
        />
      ))}
    </svg>
  );
}

function Episode({ bracket, height, x }: { bracket: Bracket; height: number; x: number }) {
  const { episode, points } = bracket;
  const y = (row: number) => row * height + height / 2;
  const rows = points.map(({ row }) => row);
  const top = y(Math.min(...rows));
  const bottom = y(Math.max(...rows));
  return (
    <g class={episode.recovered ? "episode recovered" : "episode lost"}>
      <title>{`${endWords(episode.label).title}: ${episode.says}`}</title>
      <line x1={x} x2={x} y1={top} y2={bottom} class="reach" />
      {points.map(({ row, attempt, last }, at) => (
        <Point
          key={at}
          x={x}
          y={y(row)}
          end={last && at > 0}
          recovered={episode.recovered}
          adaptive={attempt.adaptive}
          first={at === 0}
        />
      ))}
    </g>
  );
}

interface PointProperties {
  x: number;
  y: number;
  first: boolean;
  end: boolean;
  recovered: boolean;
  adaptive: boolean | null;
}

/** Hollow: failed; barred: nothing was changed; full: made up for. */
function Point({ x, y, first, end, recovered, adaptive }: PointProperties) {
  if (end && recovered) {
    return (
      <g class="made-up">
        <circle cx={x} cy={y} r={RADIUS + 1.5} />
        <path d={`M${x - 2.4} ${y + 0.2}l1.7 1.7 3-3.4`} />
      </g>
    );
  }
  if (end && adaptive === null) {
    return <path class="given-up" d={`M${x - 3} ${y - 3}l6 6M${x + 3} ${y - 3}l-6 6`} />;
  }
  return (
    <g class={first ? "failed first" : adaptive === false ? "failed same" : "failed"}>
      <circle cx={x} cy={y} r={RADIUS} />
    </g>
  );
}
