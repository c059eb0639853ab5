/** A text in which what is looked for is marked. */

import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Sought } from "./sought.ts";

const Context = createContext<Sought | null>(null);
export const SoughtProvider = Context.Provider;

/** What is looked for in what is shown around; null: nothing. */
export function useSought(): Sought | null {
  return useContext(Context);
}

/** Of a text that holds nothing else the first ones say enough, and a page stays quick. */
const MOST = 1000;

export function Marked({ text }: { text: string }) {
  const looked = useSought();
  if (looked === null || !looked.holds(text)) return <>{text}</>;
  const parts = looked.split(text);
  const rest = parts.slice(2 * MOST + 1).join("");
  return (
    <>
      {parts
        .slice(0, 2 * MOST + 1)
        .map((part, place) =>
          place % 2 === 1 ? <mark key={place}>{part}</mark> : part,
        )}
      {rest}
    </>
  );
}
