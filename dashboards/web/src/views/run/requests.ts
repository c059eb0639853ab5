/** Requests to a model that failed and were sent again: told as episodes, too. */

import type { Episode } from "./episodes.ts";
import { spanKey, type Step } from "./tree.ts";

export const SENT_AGAIN = "sent_again";

/** Each row of requests that repeat each other, from the first that failed. */
export function requestsAgain(steps: Step[]): Episode[] {
  const byKey = new Map(steps.map((step) => [step.key, step]));
  const repeats = new Map<string, string>();
  for (const { key, span } of steps) {
    if (span !== null && span.retry_of !== null) repeats.set(spanKey(span.retry_of), key);
  }
  const later = new Set(repeats.values());
  const first = [...repeats.keys()].filter((key) => !later.has(key) && byKey.has(key));
  return first.map((key) => episode(key, repeats, byKey));
}

function episode(first: string, repeats: Map<string, string>, steps: Map<string, Step>): Episode {
  const keys = [first];
  for (let next = repeats.get(first); next !== undefined; next = repeats.get(next)) keys.push(next);
  const recovered = steps.get(keys.at(-1) ?? "")?.span?.status !== "error";
  const end = recovered ? "then it went through" : "it never went through";
  const times = keys.length === 2 ? "once" : `${keys.length - 1} times`;
  return {
    attempts: keys.map((step, at) => ({
      step,
      response: at === 0 ? null : SENT_AGAIN,
      adaptive: at === 0 ? null : recovered,
    })),
    label: SENT_AGAIN,
    recovered,
    says: `The request failed, and was sent again ${times}: ${end}.`,
  };
}
