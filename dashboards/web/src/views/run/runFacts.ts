/** What was measured of a run as a whole, as facts; what is not known is left out. */

import type { Document, Place } from "../../data/types.ts";
import { amount, duration, grouped } from "../../words/amounts.ts";
import type { Fact } from "./Facts.tsx";

export function runFacts({ runs, counts, statuses }: Document, run: Place): Fact[] {
  const facts: Fact[] = [];
  const value = (score: string) => runs.values[score]?.[run] ?? null;
  const add = (name: string, told: string | null, says?: string) => {
    if (told !== null) facts.push({ name, value: told, ...(says && { says }) });
  };
  const known = <T>(found: T | null | undefined, words: (found: T) => string) =>
    found === null || found === undefined ? null : words(found);
  const whole = (found: number) => grouped(found, 0);
  add("Took", known(runs.seconds[run], duration));
  add("Turns", known(runs.turns[run], whole), "requests to the model that count");
  add("Tool calls", known(value("tool_calls"), whole));
  add("Tokens", known(value("tokens"), whole), tokens(value));
  add(
    "Cost",
    known(value("cost_usd"), (found) => amount(found, "USD")),
  );
  add("Retries", known(value("retries_spent"), whole), "attempts beyond the first");
  add("Began", known(runs.start_ms[run], moment));
  const status = statuses[runs.status[run] ?? -1];
  if (status === "incomplete" || status === "missing") add("Trace", TRACES[status] ?? status);
  if (counts.runs !== counts.meant && runs.planned[run] === 0) add("Planned", "no");
  return facts;
}

const TRACES: Record<string, string> = {
  incomplete: "ends early: the rest is missing",
  missing: "none has come in",
};

function tokens(value: (score: string) => number | null): string {
  const parts: [string, string][] = [
    ["tokens_new", "new"],
    ["tokens_cached", "from the cache"],
    ["tokens_output", "output"],
  ];
  return parts
    .flatMap(([score, name]) => {
      const found = value(score);
      return found === null ? [] : [`${grouped(found, 0)} ${name}`];
    })
    .join(", ");
}

function moment(since: number): string {
  return `${new Date(since).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}
