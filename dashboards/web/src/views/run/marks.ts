/** What stands out about a step: faults, how it answered one, what fired on it. */

import { SENT_AGAIN } from "./requests.ts";
import type { StepScore } from "./rows.ts";
import type { Step } from "./tree.ts";

export type Tone = "bad" | "warn" | "good" | "quiet";

export interface Mark {
  kind: "fault" | "response" | "episode" | "firing" | "score" | "unevaluated";
  tone: Tone;
  /** As scorers call it. */
  name: string;
  score: StepScore | null;
}

// Said already by the fault of the call, or by nothing that a reader of the list looks for.
const PASSED_OVER = new Set(["call_ok", "call_parse", "episode", "response", "outcome"]);

/** The marks of a step, the gravest first. */
export function marks(step: Step): Mark[] {
  const found: Mark[] = [];
  for (const { fault, fault_rule } of step.calls) {
    if (fault !== null && fault !== "none") {
      found.push({ kind: "fault", tone: "bad", name: fault_rule ?? fault, score: null });
    }
  }
  if (step.span !== null && step.span.retry_of !== null) {
    found.push({ kind: "response", tone: "quiet", name: SENT_AGAIN, score: null });
  }
  const faulty = found.some(({ kind }) => kind === "fault");
  for (const score of step.scores) {
    // What is no tool, or no parameter of it, is the fault itself.
    if (!(faulty && score.name.startsWith("hallucinated_"))) found.push(...markOf(score));
  }
  const order: Mark["kind"][] = ["fault", "episode", "response", "score", "firing", "unevaluated"];
  return found.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** Whether something went wrong in a step. */
export function failed(step: Step): boolean {
  return step.span?.status === "error" || step.calls.some(({ failed: flag }) => flag === 1);
}

function markOf(score: StepScore): Mark[] {
  const { name, label, value, status } = score;
  if (status === "not_evaluated" || status === "failed") {
    return [{ kind: "unevaluated", tone: "warn", name, score }];
  }
  if (name === "response") {
    const tone: Tone = value === null ? "quiet" : value === 1 ? "good" : "warn";
    return [{ kind: "response", tone, name: label ?? name, score }];
  }
  if (name.startsWith("fired.")) {
    return [{ kind: "firing", tone: "quiet", name: name.slice("fired.".length), score }];
  }
  if (name.startsWith("violation.")) {
    return [{ kind: "firing", tone: "warn", name: name.slice("violation.".length), score }];
  }
  if (PASSED_OVER.has(name)) return [];
  if (label === "fail" || label === "identical" || label === "same_error") {
    return [{ kind: "score", tone: "warn", name, score }];
  }
  if (label === "hint" || label === "similar_search") {
    return [{ kind: "score", tone: "quiet", name, score }];
  }
  return [];
}
