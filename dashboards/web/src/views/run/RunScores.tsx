/** Every score of a run, by what it is about, each with its reason. */

import { useMemo, useState } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { ScoreName } from "../../components/ScoreName.tsx";
import { Section } from "../../components/Section.tsx";
import { Table, type Column } from "../../components/Table.tsx";
import type { Document, Place } from "../../data/types.ts";
import { line } from "../../text/visible.ts";
import { valueWords } from "../runs/value.ts";
import type { StepScore } from "./rows.ts";
import { begun } from "./words.ts";

interface Line {
  name: string;
  family: string;
  says: string;
  value: string;
  why: string;
  missing: boolean;
  headline: boolean;
}

export function RunScores({ run, scores }: { run: Place; scores: StepScore[] }) {
  const { document } = useReport();
  const lines = useMemo(() => linesOf(document, run, scores), [document, run, scores]);
  const [all, setAll] = useState(false);
  const main = lines.filter(({ headline, missing }) => headline || missing);
  const shown = all || main.length === 0 ? lines : main;
  if (lines.length === 0) return null;
  const turn = (
    <button type="button" class="plain" aria-pressed={all} onClick={() => setAll(!all)}>
      {all ? "Main scores alone" : `All ${lines.length} scores`}
    </button>
  );
  return (
    <Section
      title="Scores of the run"
      says="A score that had nothing to judge in this run is left out."
      tools={main.length > 0 && main.length < lines.length && turn}
    >
      <Table
        key={String(all)}
        caption="Scores of the run"
        rows={shown}
        rowKey={({ name }) => name}
        columns={COLUMNS}
        page={200}
      />
    </Section>
  );
}

const COLUMNS: Column<Line>[] = [
  {
    key: "name",
    title: "Score",
    cell: ({ name }) => <ScoreName name={name} />,
    order: ({ name }) => name,
  },
  {
    key: "value",
    title: "Value",
    numeric: true,
    cell: ({ value, missing }) => <span class={missing ? "unknown" : ""}>{value}</span>,
  },
  {
    key: "why",
    title: "Why",
    cell: ({ why, says }) => (
      <span class="score-why">
        <bdi>{why === "" ? says : why}</bdi>
      </span>
    ),
  },
  { key: "family", title: "About", cell: ({ family }) => family, order: ({ family }) => family },
];

function linesOf({ scores: declared, runs }: Document, run: Place, scores: StepScore[]): Line[] {
  const told = new Map(
    scores.filter(({ span, call }) => span === null && call === null).map((row) => [row.name, row]),
  );
  return declared.flatMap((score): Line[] => {
    const { name, family, says, unit, level, headline } = score;
    if (level !== "run") return [];
    const row = told.get(name);
    const value = runs.values[name]?.[run] ?? null;
    const reason = unevaluated(runs.unevaluated[name], run);
    const why = begun(row?.explanation ?? null, 600);
    const common = { name, family, says, headline };
    if (reason !== null) {
      const words = reason.failed ? "failed" : "not evaluated";
      return [{ ...common, value: words, why: reason.why, missing: true }];
    }
    if (value === null) {
      return row?.label == null
        ? []
        : [{ ...common, value: line(row.label, 40), why, missing: false }];
    }
    return [{ ...common, value: valueWords(value, unit), why, missing: false }];
  });
}

type Unevaluated = Document["runs"]["unevaluated"][string];

function unevaluated(
  found: Unevaluated | undefined,
  run: Place,
): { why: string; failed: boolean } | null {
  const at = found?.run.indexOf(run) ?? -1;
  if (found === undefined || at < 0) return null;
  const why = line(found.reasons[found.reason[at] ?? -1] ?? "", 600);
  return { why, failed: found.failed[at] === 1 };
}
