/** Differences with their intervals: of the scores to decide by, and apart from them the hints. */

import { useState } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { Chart } from "../../components/Chart.tsx";
import type { Readable } from "../../components/Chart.tsx";
import { Segments } from "../../components/Segments.tsx";
import { Table } from "../../components/Table.tsx";
import type { CompareJson } from "../../data/types.ts";
import { UNKNOWN } from "../../words/amounts.ts";
import { scoreTitle } from "../../words/scores.ts";
import { columns, differenceOf, shownAfter, shownBefore } from "./columns.tsx";
import type { Row } from "./columns.tsx";
import { isMain } from "./main.ts";
import { primaryFirst } from "./pair.ts";
import type { Pair } from "./pair.ts";
import {
  hintWords,
  noHint,
  shownDetectable,
  shownDifference,
  shownInterval,
  shownP,
  verdictWords,
} from "./words.ts";
import type { Hints as Which } from "./words.ts";

export function Differences({ comparison, found }: { comparison: CompareJson; found: Pair }) {
  const { document } = useReport();
  const all = primaryFirst(comparison, document).flatMap((score) => {
    const each = differenceOf(score, found);
    return each ? { score, each } : [];
  });
  const decided = all.filter(({ score }) => score.primary);
  const hints = all.filter(({ score, each }) => !score.primary && each.value !== null);
  return (
    <>
      {decided.length > 0 && <Decided rows={decided} found={found} />}
      <Hints rows={hints} found={found} />
    </>
  );
}

function Decided({ rows, found }: { rows: Row[]; found: Pair }) {
  return (
    <Chart
      title="Scores to decide by"
      readable={() => readable(rows, false)}
    >
      <Table
        caption="Scores to decide by"
        rows={rows}
        columns={columns(found, false)}
        rowKey={({ score }) => score.name}
        page={100}
      />
    </Chart>
  );
}

function Hints({ rows: all, found }: { rows: Row[]; found: Pair }) {
  const { document } = useReport();
  const [which, setWhich] = useState<Which>("main");
  const main = new Set(document.scores.filter(isMain).map(({ name }) => name));
  const rows = all.filter(({ score, each }) => {
    if (which === "all") return true;
    if (which === "seen") return ["better", "worse", "different"].includes(each.verdict);
    return main.has(score.name);
  });
  return (
    <Chart
      title="Hints: not corrected for being many"
      says="None of these is a verdict."
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
      readable={() => readable(rows, true)}
    >
      <Table
        caption="Hints: not corrected for being many"
        rows={rows}
        columns={columns(found, true)}
        rowKey={({ score }) => score.name}
        page={100}
        empty={noHint(which, all.length)}
      />
    </Chart>
  );
}

function readable(rows: Row[], hints: boolean): Readable {
  return {
    head: [
      "Score",
      "Before",
      "After",
      "Difference",
      "95 % interval",
      hints ? "Hint" : "Verdict",
      hints ? "p, uncorrected" : "p",
      "Tasks",
      "Smallest detectable",
    ],
    rows: rows.map(({ score, each }) => [
      scoreTitle(score.name),
      shownBefore(each, score),
      shownAfter(each, score),
      shownDifference(each, score),
      shownInterval(each, score) ?? UNKNOWN,
      hints ? hintWords(each.verdict) : verdictWords(each.verdict),
      shownP(each),
      `${each.tasks}`,
      shownDetectable(each, score),
    ]),
  };
}
