/** Two on a part of their runs: what differs, without its chances, which are known of all runs. */

import { useMemo, useState } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { Chart } from "../../components/Chart.tsx";
import { Explained } from "../../components/Explained.tsx";
import { Segments } from "../../components/Segments.tsx";
import { Table } from "../../components/Table.tsx";
import type { ScoreDeclaration } from "../../data/types.ts";
import type { Pairs, Plain } from "../../statistics/pairs.ts";
import { line } from "../../text/visible.ts";
import { counted } from "../../words/amounts.ts";
import { scoreTitle } from "../../words/scores.ts";
import { plainColumns, shownAfter, shownBefore } from "./columns.tsx";
import type { Row } from "./columns.tsx";
import { isMain } from "./main.ts";
import type { Pair } from "./pair.ts";
import { shownDifference } from "./words.ts";

export function Filtered({ found, pairs }: { found: Pair; pairs: Pairs }) {
  const { document, chosen } = useReport();
  const [all, setAll] = useState(false);
  const primary = useMemo(
    () => new Set(found.comparison?.scores.flatMap((each) => (each.primary ? each.name : []))),
    [found],
  );
  const rows = useMemo(() => {
    const told = document.scores.filter(
      (score) => score.unit !== "label" && (all || primary.has(score.name) || isMain(score)),
    );
    return told
      .toSorted((a, b) => Number(primary.has(b.name)) - Number(primary.has(a.name)))
      .flatMap((score): Row[] => {
        const plain = pairs.of(score);
        return plain ? [rowOf(score, plain, found)] : [];
      });
  }, [document, pairs, primary, all, found]);
  const { baseline, side } = found;
  return (
    <Chart
      title={`${line(side, 60)} against ${line(baseline, 60)}, filtered`}
      says={`Of ${counted(chosen.length, "run")} that the filters let through, on the tasks that both did. Verdicts are of all runs alone.`}
      tools={
        <Segments
          label="Scores"
          quiet
          options={[
            { value: "main", title: "Main" },
            { value: "all", title: "All" },
          ]}
          value={all ? "all" : "main"}
          onChange={(value) => setAll(value === "all")}
        />
      }
      readable={() => ({
        head: ["Score", baseline, side, "Difference", "Tasks"],
        rows: rows.map(({ score, each }) => [
          scoreTitle(score.name),
          shownBefore(each, score),
          shownAfter(each, score),
          shownDifference(each, score),
          `${each.tasks}`,
        ]),
      })}
    >
      <Table
        caption="Differences of the filtered runs"
        rows={rows}
        columns={plainColumns(found)}
        rowKey={({ score }) => score.name}
        page={100}
        empty="These runs have no task that both did."
      />
      <Explained
        title="Why there is no verdict"
        lines={[
          "Verdicts, intervals and p are worked out for all runs alone: clear the filters to see them.",
        ]}
      />
    </Chart>
  );
}

/** As a comparison tells it, with nothing of what a test would say. */
function rowOf(score: ScoreDeclaration, plain: Plain, { baseline, side }: Pair): Row {
  const { name, unit, better, says } = score;
  return {
    score: { name, unit, better, description: says, primary: false, figures: [], differences: [] },
    each: {
      ...plain,
      baseline,
      side,
      verdict: "insufficient",
      low: null,
      high: null,
      share: null,
      p: null,
      p_adjusted: null,
      test: null,
      detectable: null,
      standard_error: null,
      reason: null,
      dropped: [],
    },
  };
}
