/** Shares of several scores by side: numbers, each on its scale. */

import { useReport } from "../../app/context.ts";
import { useBehind } from "../../app/links.ts";
import { FigureValue } from "../../components/FigureValue.tsx";
import { IntervalBar } from "../../components/IntervalBar.tsx";
import { Table } from "../../components/Table.tsx";
import { MOST_SIDES, sideColumn } from "../../components/sideColumn.tsx";
import type { Column } from "../../components/Table.tsx";
import type { Figure, ScoreDeclaration } from "../../data/types.ts";
import { UNKNOWN, amount, grouped } from "../../words/amounts.ts";
import { interval } from "../../words/figures.ts";
import type { Readable } from "../../components/Chart.tsx";
import { BY_WORDS } from "../../words/by.ts";
import { arrow } from "../../words/scores.ts";

interface Shown {
  score: ScoreDeclaration;
  title: string;
}

interface Row {
  side: string;
  figures: (Figure | undefined)[];
}

export function Matrix({ caption, shown }: { caption: string; shown: Shown[] }) {
  const { figures, filtered } = useReport();
  const behind = useBehind();
  const columns: Column<Row>[] = [
    sideColumn(figures.by),
    ...shown.map(({ score, title }, place) => ({
      key: score.name,
      title: `${title} ${arrow(score)}`.trim(),
      says: score.says,
      down: true,
      cell: (row: Row) => (
        <div class="on-scale">
          <FigureValue
            figure={row.figures[place]}
            score={score}
            filtered={filtered}
            href={behind(score, row.side)}
          />
          <IntervalBar estimate={row.figures[place]?.estimate ?? null} to={1} />
        </div>
      ),
      order: (row: Row) => row.figures[place]?.estimate?.value ?? null,
    })),
  ];
  return (
    <Table
      caption={caption}
      rows={rowsOf(figures, shown)}
      columns={columns}
      rowKey={(row) => row.side}
      page={MOST_SIDES}
    />
  );
}

type Figures = ReturnType<typeof useReport>["figures"];

function rowsOf(figures: Figures, shown: Shown[]): Row[] {
  const told = shown.map(({ score }) => figures.of(score));
  return figures.sides.map((side, place) => ({ side, figures: told.map((of) => of[place]) }));
}

/** The same with intervals and what they are of, in words. */
export function readable(figures: Figures, shown: Shown[]): Readable {
  return {
    head: [
      BY_WORDS[figures.by],
      ...shown.flatMap(({ title }) => [title, "95 % interval", "Runs", "Tasks"]),
    ],
    rows: rowsOf(figures, shown).map((row) => [
      row.side,
      ...shown.flatMap(({ score }, place) => {
        const figure = row.figures[place];
        const found = figure?.estimate;
        return [
          found ? amount(found.value, score.unit) : (figure?.note ?? UNKNOWN),
          (found && interval(found, score.unit)) ?? UNKNOWN,
          grouped(figure?.runs ?? 0, 0),
          grouped(figure?.tasks ?? 0, 0),
        ];
      }),
    ]),
  };
}
