/** Words that are looked for, and where they stand in a text. */

export interface Sought {
  words: string;
  holds(text: string): boolean;
  /** The text in parts, in order; those at odd places are what was looked for. */
  split(text: string): string[];
  /** Where it stands first, from and until; null: nowhere. */
  first(text: string): [number, number] | null;
}

/**
 * Stands between texts that are searched as one: nothing is found across it. It is no space, what
 * is shown does not hold it (see visible.ts), and it is taken out of what is looked for. Join with
 * it: a template takes it into the script as it is, which no page can hold.
 */
export const APART = "\u0000";

/** null: nothing is looked for. Capitals, and how much space is between words, make no difference. */
export function sought(words: string | undefined): Sought | null {
  const asked = (words ?? "").replaceAll(APART, "").trim().split(/\s+/).filter(Boolean);
  if (asked.length === 0) return null;
  const pattern = asked.map(literal).join("\\s+");
  const one = new RegExp(pattern, "iu");
  const each = new RegExp(`(${pattern})`, "giu");
  return {
    words: asked.join(" "),
    holds: (text) => one.test(text),
    split: (text) => text.split(each),
    first: (text) => {
      const found = one.exec(text);
      return found && [found.index, found.index + found[0].length];
    },
  };
}

function literal(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
