/** A difference in a row of a table. */

import { Chip } from "../../components/Chip.tsx";
import { Help } from "../../components/Help.tsx";
import type { Column } from "../../components/Table.tsx";
import { tip } from "../../components/Tips.tsx";
import type { Difference, ScoreComparison } from "../../data/types.ts";
import { UNKNOWN, amount, counted } from "../../words/amounts.ts";
import { scoreTitle } from "../overview/words.ts";
import { DifferenceBar } from "./DifferenceBar.tsx";
import type { Pair } from "./pair.ts";
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
export function columns({ baseline, side }: Pair, hints: boolean): Column<Row>[] {
  return [
    {
      key: "score",
      title: "Score",
      heads: true,
      width: "20%",
      cell: ({ score }) => (
        <span class="head">
          {scoreTitle(score.name)} {ARROWS[score.better]}
          <Help of={scoreTitle(score.name)} says={score.description} />
        </span>
      ),
      order: ({ score }) => score.name,
    },
    {
      key: "before",
      title: baseline,
      numeric: true,
      cell: ({ each, score }) => shownBefore(each, score),
    },
    { key: "after", title: side, numeric: true, cell: ({ each, score }) => shownAfter(each, score) },
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
    {
      key: "tasks",
      title: "Tasks",
      numeric: true,
      cell: ({ each }) => each.tasks,
      order: ({ each }) => each.tasks,
    },
    {
      key: "detectable",
      title: "Would be seen",
      says: "The smallest true difference that so many tasks and runs would have shown four times in five.",
      numeric: true,
      cell: ({ each, score }) => <span class="unknown">{shownDetectable(each, score)}</span>,
    },
  ];
}

const ARROWS = { higher: "↑", lower: "↓", none: "" };

export function shownBefore(each: Difference, { unit }: ScoreComparison): string {
  return each.before === null ? UNKNOWN : amount(each.before, unit);
}

export function shownAfter(each: Difference, { unit }: ScoreComparison): string {
  return each.before === null || each.value === null
    ? UNKNOWN
    : amount(each.before + each.value, unit);
}
