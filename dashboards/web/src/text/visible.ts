/** A text as it can be shown: what a screen would act on, or hide, is written out instead. */

// What turns the direction of writing around, and what has no width.
const HIDDEN = /[\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** The text with its control characters and turns of direction made visible; lines stay. */
export function visible(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(CONTROL, named)
    .replace(HIDDEN, (sign, at: number, whole: string) =>
      joins(sign, at, whole) ? sign : named(sign),
    );
}

/** The text on one line, for a label or a title, at most so long. */
export function line(text: string, longest = 200): string {
  // Of a text of a megabyte only the beginning is looked at.
  const begun = text.slice(0, longest * 4);
  const plain = visible(begun.replace(/\s+/g, " ").trim());
  const cut = plain.length > longest || begun.length < text.length;
  return cut ? `${plain.slice(0, longest - 1)}…` : plain;
}

// What makes one emoji of several, or tells how letters of some scripts are joined: between those
// it is part of what is written. Latin, Greek and Cyrillic have no use for it but to hide it.
const JOINER = /[\u200c\u200d]/;
const LETTER = "(?![\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}])[\\p{L}\\p{M}]";
const JOINED_BEFORE = new RegExp(
  `(?:${LETTER}|[\\p{Extended_Pictographic}\\p{Emoji_Modifier}\\ufe0f])$`,
  "u",
);
const JOINED_BEHIND = new RegExp(`^(?:${LETTER}|\\p{Extended_Pictographic})`, "u");

function joins(sign: string, at: number, whole: string): boolean {
  return (
    JOINER.test(sign) &&
    JOINED_BEFORE.test(whole.slice(Math.max(0, at - 2), at)) &&
    JOINED_BEHIND.test(whole.slice(at + 1, at + 3))
  );
}

function named(character: string): string {
  const code = character.charCodeAt(0);
  const name = NAMES[code] ?? `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  return `⟨${name}⟩`;
}

/** Those that are met: in colours of a terminal, at the end of a text, in progress bars. */
const NAMES: Record<number, string> = {
  0x00: "NUL",
  0x07: "BEL",
  0x08: "BS",
  0x0d: "CR",
  0x1b: "ESC",
};
