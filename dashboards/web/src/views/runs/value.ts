/** What one run has of a score, as a column. */

import type { Column } from "../../components/Table.tsx";
import type { Document, Place, ScoreDeclaration } from "../../data/types.ts";
import { ERRORS, endedIn, isAmong } from "../../statistics/among.ts";
import { PER_SUCCESS } from "../../statistics/grid.ts";
import { UNKNOWN, amount, grouped } from "../../words/amounts.ts";
import { scoreTitle } from "../../words/scores.ts";

/** null: what a run has of it is said by how it ended. */
export function valueColumn(document: Document, score: ScoreDeclaration): Column<Place> | null {
  if (score.kind === "reliability" || score.name === "success") return null;
  const { key, unit, of } = valuesOf(document, score);
  const parts = score.kind === "pooled" ? partsOf(document, score.name) : null;
  return {
    key: `value ${score.name}`,
    title: scoreTitle(key),
    says: score.says,
    numeric: true,
    cell: (run) => {
      const value = of(run);
      if (value === null) return UNKNOWN;
      return parts?.(run) ?? valueWords(value, unit);
    },
    order: of,
  };
}

/** Of one run something is so or not: a share is of several. */
export function valueWords(value: number, unit: string): string {
  if (unit === "0/1" && (value === 0 || value === 1)) return value === 1 ? "yes" : "no";
  return amount(value, unit);
}

/** Scores that say how a run ended, by the outcomes that they are of. */
const ENDS: Partial<Record<string, Set<string>>> = Object.assign(Object.create(null), {
  success: new Set(["success"]),
  error_rate: ERRORS,
  infra_rate: new Set(["infra"]),
});

interface Values {
  key: string;
  unit: string;
  of: (run: Place) => number | null;
}

/** What a figure of several runs is made of, where no run has the score itself. */
export function valuesOf(document: Document, score: ScoreDeclaration): Values {
  const { name, kind, unit } = score;
  const { runs } = document;
  const ended = ENDS[name];
  if (ended !== undefined) {
    const [holds, isIn] = [endedIn(document, ended), isAmong(document, score)];
    return { key: name, unit: "0/1", of: (run) => (isIn(run) ? Number(holds(run)) : null) };
  }
  if (kind === "step_ratio")
    return { key: "turns", unit: "count", of: (run) => runs.turns[run] ?? null };
  const [base, from] = PER_SUCCESS[name] ?? [name, "values" as const];
  const column = runs[from][base] ?? [];
  const own = document.scores.find((each) => each.name === base);
  return { key: base, unit: own?.unit ?? unit, of: (run) => column[run] ?? null };
}

/** "2 of 3": of what events, where the figure is of all events together. */
function partsOf({ runs }: Document, name: string): (run: Place) => string | null {
  const above = runs.numerators[name] ?? [];
  const below = runs.n[name] ?? [];
  return (run) => {
    const [count, all] = [above[run] ?? null, below[run] ?? null];
    return count === null || all === null ? null : `${grouped(count, 2)} of ${grouped(all, 2)}`;
  };
}
