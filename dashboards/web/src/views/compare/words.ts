/** Differences in words. */

import type { Tone } from "../../components/Chip.tsx";
import type { Difference, ScoreComparison, Verdict } from "../../data/types.ts";
import { UNKNOWN, amount, grouped } from "../../words/amounts.ts";
import { scoreTitle } from "../../words/scores.ts";

export const TONES: Record<Verdict, Tone> = {
  better: "good",
  worse: "bad",
  different: "accent",
  "no difference seen": "plain",
  insufficient: "quiet",
};

export function verdictWords(verdict: Verdict): string {
  return verdict === "insufficient" ? "cannot be told" : verdict;
}

/** What a difference that nobody corrected says: an idea of what to measure next. */
export function hintWords(verdict: Verdict): string {
  switch (verdict) {
    case "better":
    case "worse":
      return `points to ${verdict}`;
    case "different":
      return "points to a difference";
    default:
      return verdictWords(verdict);
  }
}

/** Which hints are shown: of the main scores, of those that differ, all. */
export type Hints = "main" | "seen" | "all";

/** What is said where none of them is: nothing of what was not compared. */
export function noHint(which: Hints, compared: number): string {
  if (compared === 0) return "No other score was compared.";
  if (which === "seen") return "No other score differs by more than chance may.";
  return "None of the main scores was compared beside those to decide by.";
}

export function isShare(score: ScoreComparison): boolean {
  return score.unit === "share" || score.unit === "0/1";
}

/** What a difference is multiplied by to be told: in points of a hundred, or in % of before. */
export function scaleOf(each: Difference, score: ScoreComparison): number | null {
  if (isShare(score)) return 100;
  return each.before ? 100 / Math.abs(each.before) : null;
}

export function shownDifference(each: Difference, score: ScoreComparison): string {
  if (each.value === null) return UNKNOWN;
  const scale = scaleOf(each, score);
  const unit = scale === null ? "" : isShare(score) ? " points" : "\u202f%";
  return `${signed((scale ?? 1) * each.value)}${unit}`;
}

export function shownInterval(each: Difference, score: ScoreComparison): string | null {
  if (each.low === null && each.high === null) return null;
  const scale = scaleOf(each, score) ?? 1;
  const end = (value: number | null) => (value === null ? "any" : signed(scale * value));
  return `${end(each.low)} to ${end(each.high)}`;
}

export function shownP(each: Difference): string {
  const p = each.p_adjusted ?? each.p;
  if (p === null) return UNKNOWN;
  return p < 0.001 ? "< 0.001" : p.toFixed(p < 0.1 ? 3 : 2);
}

/** The smallest difference that would have been found four times in five. */
export function shownDetectable(each: Difference, score: ScoreComparison): string {
  if (each.detectable === null) return UNKNOWN;
  const scale = scaleOf(each, score);
  const digits = `${grouped((scale ?? 1) * each.detectable, 0)}`;
  return scale === null ? digits : `${digits}${isShare(score) ? " points" : "\u202f%"}`;
}

/** What a score to decide by says, as far as it says something. */
export interface Told {
  title: string;
  /** "49 % → 67 %". */
  figures: string | null;
  difference: string | null;
  interval: string | null;
}

/** What the scores to decide by say, by verdict: what is seen comes first. */
export function summary(
  scores: ScoreComparison[],
  find: (score: ScoreComparison) => Difference | undefined,
): { verdict: Verdict; told: Told[] }[] {
  const order: Verdict[] = ["worse", "better", "different", "no difference seen", "insufficient"];
  return order.flatMap((verdict) => {
    const told = scores.flatMap((score) => {
      const each = find(score);
      return each?.verdict === verdict ? toldOf(each, score) : [];
    });
    return told.length > 0 ? { verdict, told } : [];
  });
}

function toldOf(each: Difference, score: ScoreComparison): Told {
  const title = scoreTitle(score.name);
  const { before, value } = each;
  if (before === null || value === null) {
    return { title, figures: null, difference: null, interval: null };
  }
  return {
    title,
    figures: `${amount(before, score.unit)} → ${amount(before + value, score.unit)}`,
    difference: shownDifference(each, score),
    interval: shownInterval(each, score),
  };
}

export function signed(value: number): string {
  if (Math.abs(value) < 1e-12) return "0";
  const size = Math.abs(value);
  const digits = size >= 10 ? grouped(size, 0) : String(Number(size.toPrecision(2)));
  return `${value < 0 ? "−" : "+"}${digits}`;
}
