/** What is looked for in the steps of a run, and where it was found. */

import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import type { Texts } from "../../data/types.ts";
import { type Sought, sought } from "../../text/sought.ts";
import { TextsContext } from "../../text/whole.ts";
import { cutTexts, foundIn, wordsOfSteps } from "./search.ts";
import type { Step } from "./tree.ts";

export interface StepSearch {
  /** null: nothing is looked for. */
  sought: Sought | null;
  /** The keys of the steps that hold it. */
  found: string[];
  /** The full texts of what is cut, as far as they are read: they are searched as well. */
  texts: Texts | null;
  reading: boolean;
  /** So many texts are cut, and the rest of them lies nowhere. */
  lacking: number;
}

/** `whole`: full texts are wanted, whether anything is looked for or not. */
export function useStepSearch(
  steps: Step[],
  words: string | undefined,
  whole: boolean,
): StepSearch {
  const looked = useMemo(() => sought(words), [words]);
  const asked = whole || looked !== null;
  const cut = useMemo(() => (asked ? cutTexts(steps) : []), [steps, asked]);
  const { texts, reading } = useFullTexts(cut.length > 0);
  const wordsOf = useMemo(() => wordsOfSteps(texts), [steps, texts]);
  const found = useMemo(
    () => (looked === null ? [] : foundIn(steps, wordsOf, looked)),
    [steps, wordsOf, looked],
  );
  const lacking = reading ? 0 : cut.filter(({ key }) => !Object.hasOwn(texts ?? {}, key)).length;
  return { sought: looked, found, texts: asked ? texts : null, reading, lacking };
}

function useFullTexts(wanted: boolean): { texts: Texts | null; reading: boolean } {
  const read = useContext(TextsContext);
  const [texts, setTexts] = useState<Texts | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (!wanted || read === null) return undefined;
    let still = true;
    read().then(
      (found) => still && setTexts(found),
      () => still && setFailed(true),
    );
    return () => {
      still = false;
    };
  }, [wanted, read]);
  return { texts, reading: wanted && read !== null && texts === null && !failed };
}
