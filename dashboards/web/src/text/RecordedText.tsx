/** A text that was recorded: as JSON where it is some, as it is when asked, whole when asked. */

import type { ComponentChild } from "preact";
import { useState } from "preact/hooks";
import type { Cut } from "../data/types.ts";
import { grouped } from "../words/amounts.ts";
import { JsonText } from "./JsonText.tsx";
import { LongText } from "./LongText.tsx";
import { useSought } from "./Marked.tsx";
import { shownWords } from "./shown.ts";
import { useWhole } from "./whole.ts";
import { structured } from "./value.ts";

interface Properties {
  text: Cut;
  /** Draws what it knows how to; null: as JSON, or as text. */
  draw?: (text: string) => ComponentChild | null;
  /** In the type of prose, as a model writes it. */
  prose?: boolean;
  /** As it was recorded, whatever it holds; of a long one the beginning. */
  plain?: boolean;
}

export function RecordedText({ text, draw, prose = false, plain = false }: Properties) {
  const { known, whole, load } = useWhole(text);
  const [turned, setTurned] = useState<boolean | null>(null);
  const looked = useSought();
  const drawn = draw?.(known) ?? null;
  const value = drawn === null ? structured(known) : null;
  const shaped = !plain && (drawn !== null || value !== null);
  // What is looked for may stand in what its shape leaves out.
  const onlyRaw =
    shaped &&
    looked !== null &&
    looked.holds(known) &&
    !looked.holds(shownWords(known, drawn !== null));
  const raw = turned ?? onlyRaw;
  return (
    <div class="recorded">
      {shaped && !raw ? (
        (drawn ?? (value !== null && <JsonText value={value} />))
      ) : (
        <LongText text={known} mono={!prose || raw || value !== null} {...(plain && BRIEF)} />
      )}
      {(shaped || !whole) && (
        <p class="recorded-more">
          {!whole && typeof text !== "string" && (
            <Rest shown={known.length} length={text.length} load={load} />
          )}
          {shaped && (
            <button type="button" class="plain" aria-pressed={raw} onClick={() => setTurned(!raw)}>
              As recorded
            </button>
          )}
        </p>
      )}
    </div>
  );
}

/** Where a text stands among others, more of it is shown when asked for. */
const BRIEF = { first: 2048 };

type Load = ReturnType<typeof useWhole>["load"];

function Rest({ shown, length, load }: { shown: number; length: number; load: Load }) {
  return (
    <>
      <span>
        {grouped(shown, 0)} of {grouped(length, 0)} characters.{" "}
      </span>
      {load.status === "failed" ? (
        <span class="problem" role="alert">
          The rest could not be read: {load.problem}.{" "}
        </span>
      ) : null}
      <button type="button" class="plain" disabled={load.status === "busy"} onClick={load.start}>
        {load.status === "busy" ? "Loading…" : "Load the full text"}
      </button>
    </>
  );
}
