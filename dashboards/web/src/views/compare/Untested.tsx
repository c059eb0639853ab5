/** Two that nobody tested against each other: their figures, and nothing of chance. */

import { useReport } from "../../app/context.ts";
import { useRunsLink } from "../../app/links.ts";
import { Explained } from "../../components/Explained.tsx";
import { FigureValue } from "../../components/FigureValue.tsx";
import { Section } from "../../components/Section.tsx";
import { Table } from "../../components/Table.tsx";
import type { Figure, ScoreDeclaration } from "../../data/types.ts";
import { line } from "../../text/visible.ts";
import { UNKNOWN, amount } from "../../words/amounts.ts";
import { scoreTitle } from "../../words/scores.ts";
import type { Pair } from "./pair.ts";
import { signed } from "./words.ts";

interface Row {
  score: ScoreDeclaration;
  before: Figure;
  after: Figure;
}

export function Untested({ found }: { found: Pair }) {
  const { document } = useReport();
  const link = useRunsLink();
  const behind = ({ name }: ScoreDeclaration, side: string) =>
    link({ score: name, side }, found.by);
  const table = document.figures[found.by];
  const figures = table?.figures ?? [];
  const first = table?.sides.indexOf(found.baseline) ?? -1;
  const second = table?.sides.indexOf(found.side) ?? -1;
  const rows = mainFirst(document.scores).flatMap((score): Row[] => {
    const of = figures[table?.scores.indexOf(score.name) ?? -1];
    const before = of?.[first];
    const after = of?.[second];
    return before?.estimate && after?.estimate ? [{ score, before, after }] : [];
  });
  return (
    <Section
      title={`${line(found.side, 60)} and ${line(found.baseline, 60)}`}
      says="Not tested against each other: there is no verdict."
    >
      <Table
        caption="Figures of both"
        rows={rows}
        rowKey={({ score }) => score.name}
        page={30}
        columns={[
          {
            key: "score",
            title: "Score",
            heads: true,
            cell: ({ score }) => scoreTitle(score.name),
            order: ({ score }) => score.name,
          },
          {
            key: "before",
            title: found.baseline,
            numeric: true,
            cell: ({ score, before }) => (
              <FigureValue
                wide
                figure={before}
                score={score}
                href={behind(score, found.baseline)}
              />
            ),
          },
          {
            key: "after",
            title: found.side,
            numeric: true,
            cell: ({ score, after }) => (
              <FigureValue wide figure={after} score={score} href={behind(score, found.side)} />
            ),
          },
          { key: "difference", title: "Difference", numeric: true, cell: difference },
        ]}
      />
      <Explained
        title="Why there is no verdict"
        lines={[
          "Whether a difference is more than chance is told along one axis at a time. Here is what each comes to, with its own interval.",
        ]}
      />
    </Section>
  );
}

/** What is of each run comes before what single checks and rules say. */
function mainFirst(scores: ScoreDeclaration[]): ScoreDeclaration[] {
  const rank = ({ headline, name }: ScoreDeclaration) =>
    headline ? 0 : name.includes(".") ? 2 : 1;
  return scores.toSorted((a, b) => rank(a) - rank(b));
}

function difference({ score, before, after }: Row): string {
  if (!before.estimate || !after.estimate) return UNKNOWN;
  const value = after.estimate.value - before.estimate.value;
  if (score.share) return `${signed(100 * value)} points`;
  const sign = value > 0 ? "+" : value < 0 ? "−" : "";
  return `${sign}${amount(Math.abs(value), score.unit)}`;
}
