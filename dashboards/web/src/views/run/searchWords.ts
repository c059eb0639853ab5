/** Where what is looked for was found, in words. */

import { counted, grouped } from "../../words/amounts.ts";

/** Which of the marks that are drawn is pointed at, from 1 on; 0: none is. */
export interface Place {
  at: number;
  of: number;
}

interface Search {
  found: string[];
  reading: boolean;
  lacking: number;
}

/** `selected`: the step that is looked at; null: all are, in one scroll. */
export function told(
  { found, reading, lacking }: Search,
  selected: string | null,
  place: Place,
): string {
  const where = selected === null ? inScroll(found.length, place) : inSteps(found, selected);
  const more = reading
    ? " so far: reading the full texts…"
    : lacking > 0
      ? `; of ${counted(lacking, "long text")} only the beginning could be searched: the rest is not beside this page`
      : "";
  return `${where}${more}.`;
}

function inSteps(found: string[], selected: string): string {
  const at = found.indexOf(selected);
  if (found.length === 0) return "In no step";
  return at >= 0
    ? `Step ${grouped(at + 1, 0)} of ${grouped(found.length, 0)} with it`
    : `In ${counted(found.length, "step")}`;
}

/** Steps hold what nobody said as well: names of scores, what tools failed by. */
function inScroll(steps: number, { at, of }: Place): string {
  if (of > 0) return `Match ${grouped(at, 0)} of ${grouped(of, 0)}`;
  return steps === 0 ? "In no step" : `Nowhere in the conversation; in ${counted(steps, "step")}`;
}
