/** Which scores stand beside those to decide by: the headlines, and what runs took. */

import type { ScoreDeclaration } from "../../data/types.ts";

const MAIN = new Set([
  "success",
  "error_rate",
  "tokens",
  "seconds",
  "turns",
  "tokens_per_success",
  "cost_per_success",
]);

export function isMain({ headline, name }: ScoreDeclaration): boolean {
  return headline || MAIN.has(name);
}
