/** Every difference with its interval, on one scale for shares and one for amounts. */

import { useState } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { Chart } from "../../components/Chart.tsx";
import { Chip } from "../../components/Chip.tsx";
import { Help } from "../../components/Help.tsx";
import { Segments } from "../../components/Segments.tsx";
import { Table } from "../../components/Table.tsx";
import type { Column } from "../../components/Table.tsx";
import { tip } from "../../components/Tips.tsx";
import type { CompareJson, Difference, ScoreComparison } from "../../data/types.ts";
import { UNKNOWN, amount, counted } from "../../words/amounts.ts";
import { scoreTitle } from "../overview/words.ts";
import { DifferenceBar } from "./DifferenceBar.tsx";
import { primaryFirst } from "./pair.ts";
import type { Pair } from "./pair.ts";
import {
  TONES,
  scaleOf,
  shownDetectable,
  shownDifference,
  shownInterval,
  shownP,
} from "./words.ts";

interface Row {
  score: ScoreComparison;
  each: Difference;
}

type Which = "main" | "seen" | "all";

export function Differences({ comparison, found }: { comparison: CompareJson; found: Pair }) {
  const { document } = useReport();
  const [which, setWhich] = useState<Which>("main");
  const headlines = new Set(
    document.scores.flatMap(({ headline, name }) => (headline ? name : [])),
  );
  const all = primaryFirst(comparison, document).flatMap((score) => {
    const each = differenceOf(score, found);
    return each && each.value !== null ? { score, each } : [];
  });
  const rows = all.filter(({ score, each }) => {
    if (which === "all") return true;
    if (which === "seen") return ["better", "worse", "different"].includes(each.verdict);
    return score.primary || headlines.has(score.name) || MAIN.has(score.name);
  });
  return (
    <Chart
      title="Differences"
      says={`From ${found.baseline} to ${found.side}, on the tasks that both did. The bar holds the true difference 19 times in 20.`}
      tools={
        <Segments
          label="Scores"
          quiet
          options={[
            { value: "main", title: "Main" },
            { value: "seen", title: "Differing" },
            { value: "all", title: `All ${all.length}` },
          ]}
          value={which}
          onChange={setWhich}
        />
      }
      readable={() => ({
        head: [
          "Score",
          "Before",
          "After",
          "Difference",
          "95 % interval",
          "Verdict",
          "p",
          "Tasks",
          "Would be seen",
        ],
        rows: rows.map(({ score, each }) => [
          score.name,
          before(each, score),
          after(each, score),
          shownDifference(each, score),
          shownInterval(each, score) ?? UNKNOWN,
          each.verdict,
          shownP(each),
          `${each.tasks}`,
          shownDetectable(each, score),
        ]),
      })}
    >
      <Table
        caption="Differences"
        rows={rows}
        columns={columns(found)}
        rowKey={({ score }) => score.name}
        page={100}
        empty="No score differs by more than chance may."
      />
    </Chart>
  );
}

/** Shown beside the scores to decide by: what runs took. */
const MAIN = new Set([
  "success",
  "error_rate",
  "tokens",
  "seconds",
  "turns",
  "tokens_per_success",
  "cost_per_success",
]);

export function differenceOf(
  score: ScoreComparison,
  { baseline, side }: Pair,
): Difference | undefined {
  return score.differences.find((each) => each.baseline === baseline && each.side === side);
}

function columns({ baseline, side }: Pair): Column<Row>[] {
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
      cell: ({ each, score }) => before(each, score),
    },
    { key: "after", title: side, numeric: true, cell: ({ each, score }) => after(each, score) },
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
      cell: ({ each, score }) => <DifferenceBar each={each} score={score} />,
    },
    {
      key: "verdict",
      title: "Verdict",
      cell: ({ each }) => (
        <span {...tip(each.reason ?? (each.test && `By a ${each.test} test`))}>
          <Chip tone={TONES[each.verdict]}>
            {each.verdict === "insufficient" ? "cannot be told" : each.verdict}
          </Chip>
        </span>
      ),
      order: ({ each }) => each.verdict,
    },
    {
      key: "p",
      title: "p",
      says: "How often chance alone makes a difference as large. Of the scores to decide by, corrected for being looked at together.",
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

function before(each: Difference, { unit }: ScoreComparison): string {
  return each.before === null ? UNKNOWN : amount(each.before, unit);
}

function after(each: Difference, { unit }: ScoreComparison): string {
  return each.before === null || each.value === null
    ? UNKNOWN
    : amount(each.before + each.value, unit);
}
