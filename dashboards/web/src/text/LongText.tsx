/** A text as it was written; of a very long one the beginning, and more when asked. */

import { useState } from "preact/hooks";
import { grouped } from "../words/amounts.ts";
import { Marked, useSought } from "./Marked.tsx";
import { visible } from "./visible.ts";

const AT_ONCE = 20_000;
/** So much is shown behind what was looked for. */
const BEHIND = 400;

interface Properties {
  text: string;
  mono?: boolean;
  /** So many characters are shown at first. */
  first?: number;
}

export function LongText({ text, mono = true, first = AT_ONCE }: Properties) {
  const [asked, setAsked] = useState(first);
  const looked = useSought();
  const found = text.length > asked ? looked?.first(text) : null;
  const length = Math.max(asked, found ? found[1] + BEHIND : 0);
  const rest = text.length - length;
  return (
    <>
      <pre class={mono ? "agent-text" : "agent-text prose"}>
        <Marked text={visible(text.slice(0, length))} />
      </pre>
      {rest > 0 && (
        <button type="button" class="plain" onClick={() => setAsked(length * 10)}>
          Show more ({grouped(rest, 0)} characters left)
        </button>
      )}
    </>
  );
}
