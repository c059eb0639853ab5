/** How the runs of each side ended. */

import { useMemo } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { useRunsLink } from "../../app/links.ts";
import { Chart } from "../../components/Chart.tsx";
import { FigureValue } from "../../components/FigureValue.tsx";
import { IntervalBar } from "../../components/IntervalBar.tsx";
import { Legend } from "../../components/Legend.tsx";
import { StackedBar } from "../../components/StackedBar.tsx";
import { Table } from "../../components/Table.tsx";
import { MOST_SIDES, sideColumn } from "../../components/sideColumn.tsx";
import type { Column } from "../../components/Table.tsx";
import { isRated, outcomeOf } from "../../statistics/among.ts";
import { grouped } from "../../words/amounts.ts";
import { outcomeColour, outcomeInk, outcomeWords } from "../../words/outcomes.ts";
import { BY_WORDS } from "../../words/by.ts";

/** The bar and the rate beside it are of the same runs; all others stand apart. */
interface Row {
  side: string;
  place: number;
  /** By outcome, of `runs`. */
  counts: Map<string, number>;
  runs: number;
  /** By outcome, runs that are in no rate: without checks, or lost to the platform. */
  apart: Map<string, number>;
}

export function Outcomes() {
  const { document, figures, score, filtered } = useReport();
  const success = score("success");
  const told = success ? figures.of(success) : [];
  const rows = useMemo(() => counts(document, figures), [document, figures]);
  const among = (of: (row: Row) => Map<string, number>) =>
    document.outcomes.filter((name) => rows.some((row) => of(row).has(name)));
  const there = among(({ counts }) => counts);
  const apart = among((row) => row.apart);
  const runsLink = useRunsLink();
  const link = (side: string, name: string, rated: "yes" | "no") =>
    runsLink({ side, ended: name, rated });
  if (there.length === 0 && apart.length === 0) return null;
  const columns: Column<Row>[] = [
    sideColumn(figures.by),
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
              href: link(row.side, name, "yes"),
            }))}
          />
        </div>
      ),
    },
    {
      key: "runs",
      title: "Runs",
      says: "What the bar and the share of success are out of.",
      numeric: true,
      width: "70px",
      cell: (row) => (
        <a class="behind" href={runsLink({ side: row.side, rated: "yes" })}>
          {grouped(row.runs, 0)}
        </a>
      ),
      order: (row) => row.runs,
    },
    {
      key: "success",
      title: "Success",
      numeric: true,
      width: "80px",
      cell: (row) => (
        <FigureValue
          figure={told[row.place]}
          score={success}
          filtered={filtered}
          href={runsLink({ score: "success", side: row.side })}
        />
      ),
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
  if (apart.length > 0) {
    columns.push({
      key: "apart",
      title: "Not counted",
      says: APART,
      cell: ({ side, apart: of }) => (
        <span class="run-list">
          {[...of].map(([name, count]) => (
            <a key={name} href={link(side, name, "no")}>
              {grouped(count, 0)} {outcomeWords(name).title.toLowerCase()}
            </a>
          ))}
        </span>
      ),
      order: ({ apart: of }) => total(of),
    });
  }
  return (
    <Chart
      title="How runs ended"
      help={`Every planned run ends in one outcome. ${APART}`}
      tools={
        <Legend
          entries={there.map((name) => ({
            name: outcomeWords(name).title,
            colour: outcomeColour(name),
          }))}
        />
      }
      readable={() => ({
        head: [
          BY_WORDS[figures.by],
          "Runs",
          ...there.map((name) => outcomeWords(name).title),
          ...apart.map((name) => `Not counted: ${outcomeWords(name).title}`),
        ],
        rows: rows.map(({ side, runs, counts, apart: of }) => [
          side,
          grouped(runs, 0),
          ...there.map((name) => grouped(counts.get(name) ?? 0, 0)),
          ...apart.map((name) => grouped(of.get(name) ?? 0, 0)),
        ]),
      })}
    >
      <Table
        caption="How runs ended"
        rows={rows}
        columns={columns}
        rowKey={(row) => row.side}
        page={MOST_SIDES}
      />
    </Chart>
  );
}

const APART =
  "Runs not run yet or lost to the platform, and runs of tasks without checks, which nobody can judge, are in no rate: they stand apart.";

function total(counts: Map<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

type Report = ReturnType<typeof useReport>;

function counts(document: Report["document"], figures: Report["figures"]): Row[] {
  const rows: Row[] = figures.sides.map((side, place) => ({
    side,
    place,
    counts: new Map(),
    runs: 0,
    apart: new Map(),
  }));
  const shown = figures.runs();
  const rated = isRated(document, shown);
  for (const run of shown) {
    const row = rows[figures.sideOf(run)];
    if (!row || document.runs.meant[run] !== 1) continue;
    const outcome = outcomeOf(document, run);
    const isIn = rated(run);
    const counts = isIn ? row.counts : row.apart;
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    if (isIn) row.runs += 1;
  }
  return rows;
}
