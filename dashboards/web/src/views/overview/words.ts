/** What sides are called. */

import type { By } from "../../state/state.ts";

export const BY_WORDS: Record<By, string> = {
  variant: "Variant",
  model: "Model",
  revision: "Revision",
  tier: "Tier",
  harness: "Harness",
  task: "Task",
  all: "Runs",
};

/** Names of scores, as people say them. */
export const TITLES: Record<string, string> = {
  success: "Success",
  error_rate: "Broke off",
  seconds: "Time",
  cost_usd: "Cost",
  first_attempt_accuracy: "Right at first",
  recovery_rate: "Recovered",
  degenerate_share: "Repeated failures",
  retry_efficiency: "Retries that helped",
  parse_pass_rate: "Calls that parse",
};

export function scoreTitle(name: string): string {
  const known = TITLES[name];
  if (known) return known;
  // "rule.first-try" is the rule of that name; the name is its author's.
  const [family = "", own] = name.split(/[.](.*)/s);
  if (own) return `${family[0]?.toUpperCase() ?? ""}${family.slice(1)}: ${own}`;
  const plain = name.replaceAll("_", " ");
  return `${plain[0]?.toUpperCase() ?? ""}${plain.slice(1)}`;
}
