/** Texts that are cut, in the place of their beginnings. */

import type { Cut, PackedSteps, Steps } from "./types.ts";

/** The steps of a block with what is needed to read the rest of each text that is cut. */
export function withCuts(steps: PackedSteps): Steps {
  for (const name of ["spans", "calls", "scores"] as const) {
    const table = steps[name] as unknown as Record<string, (Cut | null)[]>;
    for (const [column, lengths] of Object.entries(steps[name].cut)) {
      const texts = table[column] ?? [];
      for (const [row, length] of Object.entries(lengths)) {
        const begun = texts[Number(row)];
        if (typeof begun !== "string") continue;
        texts[Number(row)] = { cut: begun, length, key: `${name}.${column}.${row}` };
      }
    }
  }
  return steps;
}
