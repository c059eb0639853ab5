/** A text as it was written; of a very long one the beginning, and more when asked. */

import { useState } from "preact/hooks";
import { grouped } from "../words/amounts.ts";
import { visible } from "./visible.ts";

const AT_ONCE = 20_000;

interface Properties {
  text: string;
  mono?: boolean;
  /** So many characters are shown at first. */
  first?: number;
}

export function LongText({ text, mono = true, first = AT_ONCE }: Properties) {
  const [length, setLength] = useState(first);
  const rest = text.length - length;
  return (
    <>
      <pre class={mono ? "agent-text" : "agent-text prose"}>{visible(text.slice(0, length))}</pre>
      {rest > 0 && (
        <button type="button" class="plain" onClick={() => setLength(length * 10)}>
          Show more ({grouped(rest, 0)} characters left)
        </button>
      )}
    </>
  );
}
