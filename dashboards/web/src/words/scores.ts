/** Scores, as people speak of them: the same in every view. */

const TITLES: Record<string, string> = {
  success: "Success",
  error_rate: "Error rate",
  infra_rate: "Lost to the platform",
  seconds: "Time",
  cost_usd: "Cost",
  first_attempt_accuracy: "Right at first",
  recovery_rate: "Recovered",
  degenerate_share: "Repeated failures",
  retry_efficiency: "Retries that helped",
  parse_pass_rate: "Calls that parse",
};

export function scoreTitle(name: string): string {
  const known = Object.hasOwn(TITLES, name) ? TITLES[name] : undefined;
  if (known) return known;
  // "rule.first-try" is the rule of that name; the name is its author's.
  const [family = "", own] = name.split(/[.](.*)/s);
  if (own) return `${family[0]?.toUpperCase() ?? ""}${family.slice(1)}: ${own}`;
  const plain = name.replaceAll("_", " ");
  return `${plain[0]?.toUpperCase() ?? ""}${plain.slice(1)}`;
}

const ARROWS = { higher: "↑", lower: "↓", none: "" };

/** Which way is better. */
export function arrow({ better }: { better: keyof typeof ARROWS }): string {
  return ARROWS[better];
}
