/** A figure as a number, which says on what it stands. */

import type { Figure, ScoreDeclaration } from "../data/types.ts";
import { UNKNOWN, amount, counted } from "../words/amounts.ts";
import { explained, interval } from "../words/figures.ts";
import { tip } from "./Tips.tsx";

interface Properties {
  figure: Figure | null | undefined;
  score: ScoreDeclaration | undefined;
  filtered?: boolean;
  /** The median over runs, not the mean over tasks. */
  middle?: boolean;
  /** With its interval beside it. */
  wide?: boolean;
  /** Where its runs are. */
  href?: string;
}

export function FigureValue(properties: Properties) {
  const { figure, score, filtered = false, middle = false, wide, href } = properties;
  if (!figure || !score) return <span class="unknown">{UNKNOWN}</span>;
  const found = middle ? figure.median : figure.estimate;
  const lines = explained(figure, score, { filtered, middle });
  if (!found) return <Missing figure={figure} lines={lines} />;
  const known = interval(found, score.unit);
  const linked = href !== undefined && figure.runs > 0;
  const value = (
    <data
      class="value"
      value={String(found.value)}
      data-low={found.low ?? undefined}
      data-high={found.high ?? undefined}
      {...tip(...lines, linked && SEE)}
    >
      {amount(found.value, score.unit)}
      {wide && known && <span class="interval"> {known}</span>}
      <span class="hidden">
        , {!wide && known && `95 % interval ${known}, `}
        {counted(figure.runs, "run")} of {counted(figure.tasks, "task")}
      </span>
    </data>
  );
  if (!linked) return value;
  return (
    <a class="behind" href={href}>
      {value}
    </a>
  );
}

/** Said of a figure that leads to its runs. */
export const SEE = "Click to see its runs.";

function Missing({ figure, lines }: { figure: Figure; lines: string[] }) {
  const words =
    figure.unevaluated > 0
      ? "not evaluated"
      : figure.note && figure.note !== "no value"
        ? figure.note
        : UNKNOWN;
  return (
    <span class="unknown" {...tip(...lines)}>
      {words}
      {words === UNKNOWN && <span class="hidden">no value</span>}
    </span>
  );
}
