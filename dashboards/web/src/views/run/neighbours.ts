/** The runs before and after one, among those that the filters let through. */

import type { Place } from "../../data/types.ts";

export interface Neighbours {
  before: Place | null;
  after: Place | null;
  /** 1 for the first; null where the run is not among them. */
  position: number | null;
  of: number;
}

export function neighbours(chosen: Place[], run: Place): Neighbours {
  const at = chosen.indexOf(run);
  if (at >= 0) {
    return {
      before: chosen[at - 1] ?? null,
      after: chosen[at + 1] ?? null,
      position: at + 1,
      of: chosen.length,
    };
  }
  // Of a run that is filtered away: those that would stand beside it.
  const after = chosen.find((each) => each > run) ?? null;
  const before = chosen.findLast((each) => each < run) ?? null;
  return { before, after, position: null, of: chosen.length };
}
