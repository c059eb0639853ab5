/** What a scorer says of a step, in words. */

import type { Cut } from "../../data/types.ts";
import { line } from "../../text/visible.ts";
import { UNKNOWN, number } from "../../words/amounts.ts";
import { scoreTitle } from "../../words/scores.ts";
import { endWords, responseWords, ruleWords } from "../../words/steps.ts";
import type { StepScore } from "./rows.ts";

export function nameWords({ name }: StepScore): string {
  return line(scoreTitle(name), 80);
}

export function valueWords({ name, label, value, status }: StepScore): string {
  if (status === "not_evaluated") return "not evaluated";
  if (status === "failed") return "scorer failed";
  if (name === "response") return responseWords(label).title;
  if (name === "episode") return endWords(label ?? "").title;
  if (name === "call_ok" && label !== null) return ruleWords(label).title;
  if (label !== null) return line(label.replaceAll("_", " "), 60);
  return value === null ? UNKNOWN : number(value);
}

/** Why it is so, or why there is no value. */
export function whyOf({ status, explanation, reason }: StepScore): Cut | null {
  return status === "ok" ? explanation : (reason ?? explanation);
}
