/** Texts as far as they are known: of what is cut the beginning, or all of it. */

import type { Cut, Texts } from "../data/types.ts";

/** As much of a text as is known. */
export function knownOf(text: Cut, texts: Texts | null): string {
  if (typeof text === "string") return text;
  return textOf(texts, text.key) ?? text.cut;
}

/** The text of a key, which may be any name. */
export function textOf(texts: Texts | null, key: string): string | undefined {
  return texts !== null && Object.hasOwn(texts, key) ? texts[key] : undefined;
}
