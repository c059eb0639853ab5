/** Every score there is, by side. */

import { useState } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { useBehind } from "../../app/links.ts";
import { FigureValue } from "../../components/FigureValue.tsx";
import { ScoreName } from "../../components/ScoreName.tsx";
import { Section } from "../../components/Section.tsx";
import { Table } from "../../components/Table.tsx";
import type { Column } from "../../components/Table.tsx";
import { Help } from "../../components/Help.tsx";
import type { Figure, ScoreDeclaration } from "../../data/types.ts";
import { line } from "../../text/visible.ts";
import { counted } from "../../words/amounts.ts";
import { BY_TITLES } from "../../words/by.ts";
import { scoreTitle } from "../../words/scores.ts";

interface Row {
  score: ScoreDeclaration;
  of: Figure[];
}

const MOST_SIDES = 12;

export function AllScores() {
  const { document, figures } = useReport();
  const [open, setOpen] = useState(false);
  const scores = document.scores.filter(({ unit }) => unit !== "label");
  const many = figures.sides.length > MOST_SIDES;
  return (
    <Section
      title="Every score"
      says={`${counted(scores.length, "score")}, each with what it says.`}
    >
      {many ? (
        <p class="empty-line">
          {counted(figures.sides.length, BY_TITLES[figures.by].toLowerCase())} side by side are too
          many to read: show them by something else, or filter them.
        </p>
      ) : (
        <details class="every-score" onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>{open ? "Hide" : "Show all"}</summary>
          {open && <Scores scores={scores} />}
        </details>
      )}
    </Section>
  );
}

function Scores({ scores }: { scores: ScoreDeclaration[] }) {
  const { figures, filtered } = useReport();
  const behind = useBehind();
  const rows: Row[] = scores
    .map((score) => ({ score, of: figures.of(score) }))
    .filter(({ of }) =>
      of.some((each) => each.estimate || each.unevaluated || each.note !== "no value"),
    );
  const columns: Column<Row>[] = [
    {
      key: "name",
      title: "Score",
      heads: true,
      cell: ({ score }) => (
        <span class="head">
          <ScoreName name={score.name} />
          <Help of={score.name} says={score.says} />
        </span>
      ),
      order: ({ score }) => scoreTitle(score.name),
    },
    {
      key: "family",
      title: "About",
      cell: ({ score }) => <span class="unknown">{score.family}</span>,
      order: ({ score }) => score.family,
    },
    {
      key: "better",
      title: "Better",
      cell: ({ score }) => (
        <span class="unknown">{score.better === "none" ? "" : score.better}</span>
      ),
      order: ({ score }) => score.better,
    },
    ...figures.sides.map((side, place) => ({
      key: `side ${place}`,
      title: line(side, 80),
      numeric: true,
      cell: ({ score, of }: Row) => (
        <FigureValue
          figure={of[place]}
          score={score}
          filtered={filtered}
          href={behind(score, side)}
        />
      ),
      order: ({ of }: Row) => of[place]?.estimate?.value ?? null,
    })),
  ];
  return (
    <Table
      caption="Every score"
      rows={rows}
      columns={columns}
      rowKey={({ score }) => score.name}
      page={200}
    />
  );
}
