/** What stands out about a step, in a word. */

import { responseWords, ruleWords } from "../../words/steps.ts";
import { line } from "../../text/visible.ts";
import { tip } from "../../components/Tips.tsx";
import type { Mark } from "./marks.ts";

export function MarkChip({ mark }: { mark: Mark }) {
  const { title, says } = markWords(mark);
  return (
    <span class={`step-mark ${mark.tone}`} {...tip(title, says)}>
      {title}
    </span>
  );
}

function markWords({ kind, name, score }: Mark): { title: string; says: string } {
  const told = score?.explanation ?? score?.reason ?? null;
  const said = told === null ? "" : line(typeof told === "string" ? told : told.cut, 300);
  if (kind === "fault") {
    const { title, says } = ruleWords(name);
    return { title, says: `${says} Rule: ${name}` };
  }
  if (kind === "response") {
    const { title, says } = responseWords(name);
    return { title, says: said === "" ? says : said };
  }
  if (kind === "unevaluated") return { title: `${line(name, 40)}: not evaluated`, says: said };
  return { title: line(name.replaceAll("_", " "), 40), says: said };
}
