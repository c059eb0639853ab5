/** A difference with its interval, to the left and right of none. */

import { IntervalBar } from "../../components/IntervalBar.tsx";
import type { Difference, ScoreComparison } from "../../data/types.ts";
import { scaleOf } from "./words.ts";

/** The verdict colours it: what is seen stands out. */
const COLOURS: Record<string, string> = {
  better: "var(--good)",
  worse: "var(--bad)",
  different: "var(--accent)",
};

interface Properties {
  each: Difference;
  score: ScoreComparison;
  /** Of a hint, which is no verdict: without a colour. */
  quiet: boolean;
}

/**
 * The scale is that of a root, of 100 points or 100 %: small differences can be told from none, and
 * large ones still fit.
 */
export function DifferenceBar({ each, score, quiet }: Properties) {
  const scale = scaleOf(each, score);
  if (each.value === null || scale === null) return null;
  const at = (value: number) => 50 + 50 * rooted((scale * value) / 100);
  const estimate = {
    value: at(each.value),
    low: each.low === null ? null : at(each.low),
    high: each.high === null ? null : at(each.high),
    tasks: each.tasks,
    standard_error: null,
  };
  const colour = (!quiet && COLOURS[each.verdict]) || "var(--ink-3)";
  return <IntervalBar estimate={estimate} to={100} colour={colour} kind="difference" />;
}

function rooted(value: number): number {
  return Math.sign(value) * Math.min(1, Math.sqrt(Math.abs(value)));
}
