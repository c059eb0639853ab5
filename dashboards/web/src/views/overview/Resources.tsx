/** What the runs of each side took: time, tokens, money. */

import { useReport } from "../../app/context.ts";
import { useBehind } from "../../app/links.ts";
import { Chart } from "../../components/Chart.tsx";
import { FigureValue } from "../../components/FigureValue.tsx";
import { Legend } from "../../components/Legend.tsx";
import { StackedBar } from "../../components/StackedBar.tsx";
import { Table } from "../../components/Table.tsx";
import { MOST_SIDES, sideColumn } from "../../components/sideColumn.tsx";
import type { Column } from "../../components/Table.tsx";
import type { Figure } from "../../data/types.ts";
import { UNKNOWN, amount, short } from "../../words/amounts.ts";
import { interval } from "../../words/figures.ts";
import { BY_WORDS } from "../../words/by.ts";

const NUMBERS: { name: string; title: string; middle?: boolean }[] = [
  { name: "error_rate", title: "Error rate" },
  { name: "seconds", title: "Time, median", middle: true },
  { name: "turns", title: "Turns, median", middle: true },
  { name: "tokens", title: "Tokens, median", middle: true },
  { name: "tokens_per_success", title: "Tokens per success" },
  { name: "cost_usd", title: "Cost" },
  { name: "cost_per_success", title: "Cost per success" },
];

const PARTS = [
  { name: "tokens_new", title: "New input", colour: "var(--tokens-new)" },
  { name: "tokens_cached", title: "Cached input", colour: "var(--tokens-cached)" },
  { name: "tokens_output", title: "Output", colour: "var(--tokens-output)" },
];

interface Row {
  side: string;
  place: number;
  /** null: it was not recorded, which is not 0. */
  parts: (number | null)[];
  all: number | null;
}

export function Resources() {
  const { figures, score, filtered } = useReport();
  const behind = useBehind();
  const numbers = NUMBERS.flatMap(({ name, title, middle = false }) => {
    const what = score(name);
    if (!what) return [];
    const of = figures.of(what);
    const there = of.some((each) => each.estimate || (each.note && each.note !== "no value"));
    return there ? { what, title, middle, of } : [];
  });
  const parts = PARTS.map(({ name }) => {
    const what = score(name);
    return what ? figures.of(what) : [];
  });
  const tokens = score("tokens");
  const all = tokens ? figures.of(tokens) : [];
  if (numbers.length === 0) return null;
  const rows: Row[] = figures.sides.map((side, place) => ({
    side,
    place,
    parts: parts.map((of) => of[place]?.estimate?.value ?? null),
    all: all[place]?.estimate?.value ?? null,
  }));
  const most = Math.max(...rows.map((row) => row.all ?? 0), 0);
  const columns: Column<Row>[] = [
    sideColumn(figures.by),
    ...numbers.map(({ what, title, middle, of }) => ({
      key: what.name,
      title,
      says: what.says,
      numeric: true,
      cell: (row: Row) => (
        <FigureValue
          figure={of[row.place]}
          score={what}
          middle={middle}
          filtered={filtered}
          href={behind(what, row.side)}
        />
      ),
      order: (row: Row) => value(of[row.place], middle),
    })),
  ];
  if (most > 0) {
    columns.push({
      key: "parts",
      title: "Tokens a run, mean",
      width: "20%",
      cell: (row) => <Tokens row={row} most={most} />,
      order: (row) => row.all,
    });
  }
  return (
    <Chart
      title="What they took"
      help="Per success: all that the runs took, failed ones too, by the number of successes."
      tools={
        most > 0 && <Legend entries={PARTS.map(({ title, colour }) => ({ name: title, colour }))} />
      }
      readable={() => ({
        head: [
          BY_WORDS[figures.by],
          ...numbers.flatMap(({ title }) => [title, "95 % interval"]),
          ...PARTS.map(({ title }) => `${title}, mean`),
        ],
        rows: rows.map((row) => [
          row.side,
          ...numbers.flatMap(({ what, middle, of }) => {
            const found = middle ? of[row.place]?.median : of[row.place]?.estimate;
            if (!found) return [of[row.place]?.note ?? UNKNOWN, UNKNOWN];
            return [amount(found.value, what.unit), interval(found, what.unit) ?? UNKNOWN];
          }),
          ...row.parts.map((each) => (each === null ? UNKNOWN : amount(each, "tokens"))),
        ]),
      })}
    >
      <Table
        caption="What they took"
        rows={rows}
        columns={columns}
        rowKey={(row) => row.side}
        page={MOST_SIDES}
      />
    </Chart>
  );
}

function Tokens({ row, most }: { row: Row; most: number }) {
  const { all } = row;
  if (all === null) return <span class="unknown">{UNKNOWN}</span>;
  const parts = PARTS.flatMap(({ title, colour }, place) => {
    const count = row.parts[place];
    return typeof count === "number" ? { name: title, colour, count: Math.round(count) } : [];
  });
  const whole = {
    name: "All",
    colour: "var(--line-strong)",
    count: Math.round(all),
    says: NOT_SPLIT,
  };
  return (
    <span class="sized">
      <span class="bar-room">
        <span style={{ width: `${Math.max(2, (100 * all) / most)}%` }}>
          <StackedBar what="token" parts={parts.length === PARTS.length ? parts : [whole]} />
        </span>
      </span>
      {short(all)}
    </span>
  );
}

const NOT_SPLIT = "The traces do not say how much of them a cache held.";

function value(figure: Figure | undefined, middle: boolean): number | null {
  return (middle ? figure?.median : figure?.estimate)?.value ?? null;
}
