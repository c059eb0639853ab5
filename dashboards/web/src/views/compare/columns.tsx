/** A difference in a row of a table. */

import { useRunsLink } from "../../app/links.ts";
import { Chip } from "../../components/Chip.tsx";
import { SEE } from "../../components/FigureValue.tsx";
import { Help } from "../../components/Help.tsx";
import type { Column } from "../../components/Table.tsx";
import { tip } from "../../components/Tips.tsx";
import type { Difference, ScoreComparison } from "../../data/types.ts";
import { line } from "../../text/visible.ts";
import { UNKNOWN, amount, counted } from "../../words/amounts.ts";
import { arrow, scoreTitle } from "../../words/scores.ts";
import { DifferenceBar } from "./DifferenceBar.tsx";
import type { CompareBy, Pair } from "./pair.ts";
import {
  TONES,
  hintWords,
  scaleOf,
  shownDetectable,
  shownDifference,
  shownInterval,
  shownP,
  verdictWords,
} from "./words.ts";

export interface Row {
  score: ScoreComparison;
  each: Difference;
}

export function differenceOf(
  score: ScoreComparison,
  { baseline, side }: Pair,
): Difference | undefined {
  return score.differences.find((each) => each.baseline === baseline && each.side === side);
}

/** What is shown of each difference; of a hint without the look of a verdict. */
export function columns(found: Pair, hints: boolean): Column<Row>[] {
  const [differences, tasks] = [differenceColumns(found, hints), tasksColumn];
  return [...differences, ...chanceColumns(hints), tasks, detectableColumn];
}

/** What is shown of a difference that nobody tested. */
export function plainColumns(found: Pair): Column<Row>[] {
  return [...differenceColumns(found, true), tasksColumn];
}

function differenceColumns({ by, baseline, side }: Pair, hints: boolean): Column<Row>[] {
  return [
    {
      key: "score",
      title: "Score",
      heads: true,
      width: "20%",
      cell: ({ score }) => (
        <span class="head">
          {scoreTitle(score.name)} {arrow(score)}
          <Help of={scoreTitle(score.name)} says={score.description} />
        </span>
      ),
      order: ({ score }) => score.name,
    },
    {
      key: "before",
      title: line(baseline, 60),
      numeric: true,
      cell: ({ each, score }) => (
        <Behind score={score.name} side={baseline} against={side} by={by}>
          {shownBefore(each, score)}
        </Behind>
      ),
    },
    {
      key: "after",
      title: line(side, 60),
      numeric: true,
      cell: ({ each, score }) => (
        <Behind score={score.name} side={side} against={baseline} by={by}>
          {shownAfter(each, score)}
        </Behind>
      ),
    },
    {
      key: "difference",
      title: "Difference",
      numeric: true,
      cell: ({ each, score }) => (
        <span
          {...tip(
            shownInterval(each, score) && `95 % interval: ${shownInterval(each, score)}`,
            `${counted(each.tasks, "task")} that both did, ${each.runs[0]} and ${counted(each.runs[1], "run")}`,
          )}
        >
          {shownDifference(each, score)}
          <span class="hidden">, 95 % interval {shownInterval(each, score) ?? "not known"}</span>
        </span>
      ),
      order: ({ each, score }) =>
        each.value === null ? null : (scaleOf(each, score) ?? 1) * each.value,
    },
    {
      key: "bar",
      title: "Less ← same → more",
      says: "Up to 100 points, or 100 % of before. The scale is that of a root: near none it is wider.",
      width: "24%",
      cell: ({ each, score }) => <DifferenceBar each={each} score={score} quiet={hints} />,
    },
  ];
}

function chanceColumns(hints: boolean): Column<Row>[] {
  return [
    {
      key: "verdict",
      title: hints ? "Hint" : "Verdict",
      cell: ({ each }) => (
        <span {...tip(each.reason ?? (each.test && `By a test: ${each.test}`))}>
          {hints ? (
            <span class="unknown">{hintWords(each.verdict)}</span>
          ) : (
            <Chip tone={TONES[each.verdict]}>{verdictWords(each.verdict)}</Chip>
          )}
        </span>
      ),
      order: ({ each }) => each.verdict,
    },
    {
      key: "p",
      title: "p",
      says: `How often chance alone makes a difference as large${hints ? "; not corrected." : ", corrected for being looked at together."}`,
      numeric: true,
      cell: ({ each }) => shownP(each),
      order: ({ each }) => each.p_adjusted ?? each.p,
    },
  ];
}

const tasksColumn: Column<Row> = {
  key: "tasks",
  title: "Tasks",
  numeric: true,
  cell: ({ each }) => each.tasks,
  order: ({ each }) => each.tasks,
};

const detectableColumn: Column<Row> = {
  key: "detectable",
  title: "Smallest detectable",
  says: "The smallest true difference that so many tasks and runs would have shown four times in five.",
  numeric: true,
  cell: ({ each, score }) => <span class="unknown">{shownDetectable(each, score)}</span>,
};

interface BehindProperties {
  score: string;
  side: string;
  against: string;
  by: CompareBy;
  children: string;
}

/** A figure of a side, which leads to its runs that have a counterpart. */
function Behind({ score, side, against, by, children }: BehindProperties) {
  const link = useRunsLink();
  if (children === UNKNOWN) return <>{children}</>;
  return (
    <a class="behind" href={link({ score, side, against }, by)} {...tip(SEE)}>
      {children}
    </a>
  );
}

export function shownBefore(each: Difference, { unit }: ScoreComparison): string {
  return each.before === null ? UNKNOWN : amount(each.before, unit);
}

export function shownAfter(each: Difference, { unit }: ScoreComparison): string {
  return each.before === null || each.value === null
    ? UNKNOWN
    : amount(each.before + each.value, unit);
}
