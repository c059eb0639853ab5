/** What stands out about a step, in a word. */

import { tip } from "../../components/Tips.tsx";
import { Marked } from "../../text/Marked.tsx";
import type { Mark } from "./marks.ts";
import { markWords } from "./markWords.ts";

export function MarkChip({ mark }: { mark: Mark }) {
  const { title, brief, says } = markWords(mark);
  return (
    <span class={`step-mark ${mark.tone}`} {...tip(title, says)}>
      <Marked text={brief} />
    </span>
  );
}
