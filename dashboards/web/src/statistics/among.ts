/** Which runs a score's figure stands on, and how each of them ended. */

import type { Document, Place, ScoreDeclaration } from "../data/types.ts";

type Holds = (run: Place) => boolean;

/** Outcomes of runs that ended with an error, or without an answer. */
export const ERRORS = new Set(["no_answer", "agent_error", "provider_error", "timeout", "budget"]);
/** Outcomes of runs that failed. */
export const FAILURES = new Set(["wrong", ...ERRORS]);

export function outcomeOf({ runs, outcomes }: Document, run: Place): string {
  return outcomes[runs.outcome[run] ?? -1] ?? "unscored";
}

/** Whether a run ended in one of some outcomes; asked of thousands of runs. */
export function endedIn({ runs, outcomes }: Document, wanted: Set<string>): Holds {
  const { outcome } = runs;
  const known = outcomes.map((name) => wanted.has(name));
  const unknown = wanted.has("unscored");
  return (run) => known[outcome[run] ?? -1] ?? unknown;
}

export function succeeded(document: Document): Holds {
  return endedIn(document, new Set(["success"]));
}

/** Whether a run is one of those that a figure of the score is of. */
export function isAmong(document: Document, score: ScoreDeclaration): Holds {
  const { counted, checked, meant, turns, values } = document.runs;
  const judged: Holds = (run) => counted[run] === 1 && checked[run] === 1;
  if (score.name === "success" || score.kind === "per_success") return judged;
  if (score.kind === "reliability") return judged;
  if (score.name === "error_rate") return (run) => counted[run] === 1;
  if (score.name === "infra_rate") return (run) => meant[run] === 1;
  if (score.kind === "step_ratio") {
    const won = succeeded(document);
    return (run) => counted[run] === 1 && won(run) && (turns[run] ?? 0) > 0;
  }
  const column = values[score.name] ?? [];
  return (run) => counted[run] === 1 && typeof column[run] === "number";
}

/**
 * Whether a run is in the share of success. Where no task of those shown has checks, there is no
 * such share: how the runs ended is all there is to tell.
 */
export function isRated({ runs }: Document, shown: Place[]): Holds {
  const anyChecked = shown.some((run) => runs.checked[run] === 1 && runs.meant[run] === 1);
  return (run) => runs.counted[run] === 1 && (runs.checked[run] === 1 || !anyChecked);
}
