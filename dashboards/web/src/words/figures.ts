/** A figure in words: the value, its interval, what it is of. */

import type { Estimate, Figure, ScoreDeclaration } from "../data/types.ts";
import { amount, counted } from "./amounts.ts";

/** "45 % to 74 %"; null where it has no interval. */
export function interval(found: Estimate, unit: string): string | null {
  const { low, high } = found;
  if (low === null && high === null) return null;
  if (isCut(found, unit)) return `${amount(0, unit)} to ${amount(high ?? 0, unit)}`;
  if (low === null) return `up to ${amount(high ?? 0, unit)}`;
  if (high === null) return `${amount(low, unit)} or more`;
  return `${amount(low, unit)} to ${amount(high, unit)}`;
}

/** Whether an interval reaches below 0, where the amount cannot be. */
function isCut({ value, low, high }: Estimate, unit: string): boolean {
  return AMOUNTS.has(unit) && value >= 0 && low !== null && low < 0 && high !== null;
}

const AMOUNTS = new Set(["USD", "tokens", "seconds", "count"]);

/** What a figure stands on, and how sure it is: what is told beside it. */
export function explained(
  figure: Figure,
  score: ScoreDeclaration,
  { filtered = false, middle = false } = {},
): string[] {
  const lines = [score.says];
  const found = middle ? figure.median : figure.estimate;
  const of = `${counted(figure.runs, "run")} of ${counted(figure.tasks, "task")}`;
  if (found) {
    lines.push(`${HOW[middle ? "median" : score.kind]} ${of}.`);
    const known = interval(found, score.unit);
    const cut = isCut(found, score.unit) ? ", cut at 0: it cannot be less" : "";
    lines.push(
      known ? `95 % interval: ${known}${cut}.` : withoutInterval(figure, score, filtered, middle),
    );
  } else if (figure.note && figure.note !== "no value") {
    lines.push(`${figure.note[0]?.toUpperCase()}${figure.note.slice(1)}.`);
  } else {
    lines.push("No run has a value.");
  }
  if (figure.unevaluated > 0) {
    lines.push(`${counted(figure.unevaluated, "run")} could not be evaluated, and count nowhere.`);
  }
  return lines;
}

const HOW: Record<ScoreDeclaration["kind"] | "median", string> = {
  rate: "Mean over tasks of the share of runs:",
  mean: "Mean over tasks of their mean over",
  pooled: "All events counted together, of",
  per_success: "The sum over all, by the successes among",
  reliability: "Mean over tasks of",
  step_ratio: "Mean over tasks of",
  median: "Median over",
};

function withoutInterval(
  figure: Figure,
  score: ScoreDeclaration,
  filtered: boolean,
  middle: boolean,
): string {
  if (figure.tasks < 2) return "No interval: it is of one task, and trials are no new tasks.";
  const drawn = middle || score.kind === "pooled" || score.kind === "per_success";
  if (filtered && drawn)
    return "No interval while runs are filtered or only shared tasks count: it is known for all runs alone.";
  return "No interval: all tasks are alike, which says nothing of how sure it is.";
}
