/** What followed a failed call: how it was answered, and whether it was made up for. */

import type { Place } from "../../data/types.ts";
import type { StepScore } from "./rows.ts";
import type { Step } from "./tree.ts";

export interface Attempt {
  /** The key of its step. */
  step: string;
  /** How it answers the attempt before it; null: it is the one that failed first. */
  response: string | null;
  /** Adaptive, degenerate, or neither (null). */
  adaptive: boolean | null;
}

export interface Episode {
  /** Of the call that failed first, and what followed, in order. */
  attempts: Attempt[];
  /** recovered:same_tool, abandoned, ... */
  label: string;
  recovered: boolean;
  says: string;
}

/** The episodes of a run, in the order in which they began. */
export function episodes(steps: Step[]): Episode[] {
  const opened: { step: Step; score: StepScore }[] = [];
  const answers = new Map<Place, { step: Step; score: StepScore }[]>();
  for (const step of steps) {
    for (const score of step.scores) {
      if (score.name === "episode" && score.status === "ok") opened.push({ step, score });
      if (score.name !== "response") continue;
      for (const failed of score.evidence) {
        if (failed === score.span) continue;
        const known = answers.get(failed) ?? [];
        answers.set(failed, [...known, { step, score }]);
      }
    }
  }
  return opened.map(({ step, score }) => ({
    attempts: attempts(step, score, answers),
    label: score.label ?? "",
    recovered: (score.label ?? "").startsWith("recovered"),
    says: plain(score),
  }));
}

/** Follow the answers from the failed call up to the one that ended it. */
function attempts(
  step: Step,
  episode: StepScore,
  answers: Map<Place, { step: Step; score: StepScore }[]>,
): Attempt[] {
  const found: Attempt[] = [{ step: step.key, response: null, adaptive: null }];
  const end = episode.value === 1 ? (episode.evidence.at(-1) ?? null) : null;
  const met = new Set<Place>();
  let at = episode.span;
  while (at !== null && !met.has(at)) {
    met.add(at);
    // Of several answers that which leads on to the end, else the first.
    const next: { step: Step; score: StepScore }[] = answers.get(at) ?? [];
    const answer = next.find(({ score }) => score.span === end) ?? next[0];
    if (answer === undefined) break;
    found.push({
      step: answer.step.key,
      response: answer.score.label,
      adaptive: answer.score.value === null ? null : answer.score.value === 1,
    });
    at = answer.score.span === end ? null : answer.score.span;
  }
  return found;
}

function plain({ explanation }: StepScore): string {
  if (explanation === null) return "";
  return typeof explanation === "string" ? explanation : explanation.cut;
}
