/** What stands out about a step in words, and how much of it a line has room for. */

import { line } from "../../text/visible.ts";
import { responseWords, ruleWords } from "../../words/steps.ts";
import type { Mark } from "./marks.ts";

interface MarkWords {
  title: string;
  /** The same, as short as it can be told. */
  brief: string;
  says: string;
}

export function markWords({ kind, name, score }: Mark): MarkWords {
  const told = score?.explanation ?? score?.reason ?? null;
  const said = told === null ? "" : line(typeof told === "string" ? told : told.cut, 300);
  if (kind === "fault") {
    const { title, says, brief = title } = ruleWords(name);
    return { title, brief, says: `${says} Rule: ${name}` };
  }
  if (kind === "response") {
    const { title, says, brief = title } = responseWords(name);
    return { title, brief, says: said === "" ? says : said };
  }
  if (kind === "unevaluated") {
    return { title: `${line(name, 40)}: not evaluated`, brief: "not evaluated", says: said };
  }
  const title = line(name.replaceAll("_", " "), 40);
  return { title, brief: title, says: said };
}

/** What a line has room for, in characters; on a phone it is less. */
export const ROOM = 34;
export const LITTLE_ROOM = 20;
/** What stands around each word takes as much as three. */
const AROUND = 3;

/** The first ones, as many as a line has room for: whole words, and one at least. */
export function fitting(marks: Mark[], room: number): Mark[] {
  let left = room;
  const end = marks.findIndex((mark, place) => {
    left -= markWords(mark).brief.length + AROUND;
    return left < 0 && place > 0;
  });
  return end < 0 ? marks : marks.slice(0, end);
}
