/** How the runs of each side ended. */

import { useMemo } from "preact/hooks";
import { address, useReport } from "../../app/context.ts";
import { Chart } from "../../components/Chart.tsx";
import { FigureValue } from "../../components/FigureValue.tsx";
import { IntervalBar } from "../../components/IntervalBar.tsx";
import { Legend } from "../../components/Legend.tsx";
import { StackedBar } from "../../components/StackedBar.tsx";
import { Table } from "../../components/Table.tsx";
import type { Column } from "../../components/Table.tsx";
import { filtersOfSide } from "../../filters/ofSide.ts";
import { outcomeOf } from "../../statistics/grid.ts";
import { grouped } from "../../words/amounts.ts";
import { outcomeColour, outcomeInk, outcomeWords } from "../../words/outcomes.ts";
import { BY_WORDS } from "./words.ts";

interface Row {
  side: string;
  place: number;
  counts: Map<string, number>;
  runs: number;
}

export function Outcomes() {
  const { document, state, figures, score, filtered } = useReport();
  const success = score("success");
  const told = success ? figures.of(success) : [];
  const rows = useMemo(() => counts(document, figures), [document, figures]);
  const there = document.outcomes.filter((name) => rows.some(({ counts }) => counts.has(name)));
  const columns: Column<Row>[] = [
    {
      key: "side",
      title: BY_WORDS[figures.by],
      heads: true,
      width: "22%",
      cell: (row) => row.side,
      order: (row) => row.side,
    },
    {
      key: "ended",
      title: "How they ended",
      cell: (row) => (
        <div class="outcome-bar">
          <StackedBar
            labels
            parts={there.map((name) => ({
              name: outcomeWords(name).title,
              count: row.counts.get(name) ?? 0,
              colour: outcomeColour(name),
              ink: outcomeInk(name),
              says: outcomeWords(name).says,
              href: address(state, {
                view: "results",
                own: {},
                filters: {
                  ...state.filters,
                  ...filtersOfSide(document, figures.by, row.side),
                  outcome: [name],
                },
              }),
            }))}
          />
        </div>
      ),
    },
    {
      key: "runs",
      title: "Runs",
      numeric: true,
      width: "70px",
      cell: (row) => grouped(row.runs, 0),
      order: (row) => row.runs,
    },
    {
      key: "success",
      title: "Success",
      numeric: true,
      width: "80px",
      cell: (row) => <FigureValue figure={told[row.place]} score={success} filtered={filtered} />,
      order: (row) => told[row.place]?.estimate?.value ?? null,
      ...(success && { says: success.says }),
    },
    {
      key: "interval",
      title: "0 to 100 %",
      width: "18%",
      cell: (row) => (
        <IntervalBar
          estimate={told[row.place]?.estimate ?? null}
          to={1}
          colour="var(--outcome-success)"
        />
      ),
    },
  ];
  return (
    <Chart
      title="How runs ended"
      help="Every planned run ends in one outcome. Runs lost to the platform are in no rate."
      tools={
        <Legend
          entries={there.map((name) => ({
            name: outcomeWords(name).title,
            colour: outcomeColour(name),
          }))}
        />
      }
      readable={() => ({
        head: [BY_WORDS[figures.by], "Runs", ...there.map((name) => outcomeWords(name).title)],
        rows: rows.map(({ side, runs, counts }) => [
          side,
          grouped(runs, 0),
          ...there.map((name) => grouped(counts.get(name) ?? 0, 0)),
        ]),
      })}
    >
      <Table
        caption="How runs ended"
        rows={rows}
        columns={columns}
        rowKey={(row) => row.side}
        page={24}
      />
    </Chart>
  );
}

type Report = ReturnType<typeof useReport>;

function counts(document: Report["document"], figures: Report["figures"]): Row[] {
  const rows: Row[] = figures.sides.map((side, place) => ({
    side,
    place,
    counts: new Map(),
    runs: 0,
  }));
  for (const run of figures.runs()) {
    const row = rows[figures.sideOf(run)];
    if (!row || !document.runs.meant[run]) continue;
    const outcome = outcomeOf(document, run);
    row.counts.set(outcome, (row.counts.get(outcome) ?? 0) + 1);
    row.runs += 1;
  }
  return rows;
}
