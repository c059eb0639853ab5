/** Which two are held against each other, and what was found of them. */

import type { CompareJson, Dimension, Document, ScoreComparison } from "../../data/types.ts";
import type { State } from "../../state/state.ts";

export type CompareBy = Dimension | "variant";

export interface Pair {
  by: CompareBy;
  /** Of `by`, all that may be chosen. */
  names: string[];
  baseline: string;
  side: string;
  /** null: nobody tested these two against each other. */
  comparison: CompareJson | null;
  /** Why a comparison is missing, or tells less than it could. */
  lacking: string | null;
}

export function compareBys(document: Document): CompareBy[] {
  const axes = Object.keys(document.comparisons) as Dimension[];
  const variants = document.variants.length > 1 && axes.length !== 1;
  return [...axes, ...(variants ? ["variant" as const] : [])];
}

/** The two that the address names; where it names none, the usual baseline and the next. */
export function pair(document: Document, state: State): Pair | null {
  const offered = compareBys(document);
  const asked = state.own.along ?? state.by;
  const by = offered.find((each) => each === asked) ?? usual(offered);
  if (by === undefined) return null;
  const told = by === "variant" ? undefined : document.comparisons[by];
  const names = document.figures[by]?.sides ?? [];
  const known = (name: string | undefined) => names.find((each) => each === name);
  const baseline = known(state.own.baseline) ?? told?.baseline ?? names[0];
  const side = known(state.own.side) ?? names.find((name) => name !== baseline);
  if (baseline === undefined || side === undefined || side === baseline) return null;
  const comparison =
    told?.comparisons.find(({ contrasts }) =>
      contrasts.some(([first, second]) => first === baseline && second === side),
    ) ?? null;
  const left = told?.left_out.find((each) => each.baseline === baseline)?.reason ?? null;
  return { by, names, baseline, side, comparison, lacking: left };
}

/** What may have been worked on comes before what was merely tried on. */
function usual(offered: CompareBy[]): CompareBy | undefined {
  return offered.find((each) => each === "revision") ?? offered[0];
}

/** The scores to decide by, in the order in which every part of the page tells them. */
export function decisive(comparison: CompareJson, document: Document): ScoreComparison[] {
  return primaryFirst(comparison, document).filter(({ primary }) => primary);
}

/** The scores of a comparison: those to decide by first, then in the order of the document. */
export function primaryFirst(comparison: CompareJson, document: Document): ScoreComparison[] {
  const rank = new Map(document.scores.map(({ name }, place) => [name, place]));
  const of = ({ primary, name }: ScoreComparison) =>
    (primary ? 0 : rank.size + 1) + (rank.get(name) ?? rank.size);
  return comparison.scores.toSorted((a, b) => of(a) - of(b));
}
