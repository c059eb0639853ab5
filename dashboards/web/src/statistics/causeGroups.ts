/** Causes of one fault in one tool, together: what a signature tells apart is folded up in them. */

import type { Cause, Document } from "../data/types.ts";
import { countedOf, placesOf, toolOf } from "./causes.ts";
import { groups } from "./groups.ts";

export interface CauseGroup {
  /** The figures of all its runs; its rule is the rule of them all. */
  all: Cause;
  tool: string | null;
  causes: Cause[];
}

/** Each fault and tool with its causes; the runs of all groups are the runs of all causes. */
export function causeGroups(document: Document, causes: Cause[], failed: number): CauseGroup[] {
  const placeOf = placesOf(document);
  const keyOf = (cause: Cause) => JSON.stringify([cause.rule, toolOf(cause)]);
  return [...groups(causes, keyOf).values()].flatMap((of): CauseGroup[] => {
    const [first] = of;
    if (first === undefined) return [];
    const tool = toolOf(first);
    const runs = of.flatMap(({ run_ids }) => run_ids.flatMap((id) => placeOf.get(id) ?? []));
    const all = of.length === 1 ? first : countedOf(document, first, runs, failed);
    return [{ all, tool, causes: of }];
  });
}
