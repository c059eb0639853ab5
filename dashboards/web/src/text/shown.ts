/** What a reader sees of a recorded text, as one text to look for words in. */

import { messages } from "./messages.ts";
import type { Message, Part } from "./messages.ts";
import { APART } from "./sought.ts";
import { type Json, structured } from "./value.ts";
import { line, visible } from "./visible.ts";

/** How deep JSON is shown as such, and how many entries of each list. */
export const DEEPEST = 8;
export const MOST_ENTRIES = 100;
/** How much of a key is shown, and of the name of a tool that a message calls. */
export const LONGEST_KEY = 120;
export const LONGEST_NAME = 80;

/** Keys and values where it is drawn by its shape; else the text. */
export function shownWords(text: string, conversation = false): string {
  const told = conversation ? messages(text) : null;
  if (told !== null) return told.map(messageWords).join(APART);
  return shapedWords(text);
}

/** By shape, and as it was recorded: what is not seen in one is seen in the other. */
export function allWords(text: string, conversation = false): string {
  const shaped = shownWords(text, conversation);
  const plain = visible(text);
  return shaped === plain ? plain : [shaped, plain].join(APART);
}

function shapedWords(text: string): string {
  const value = structured(text);
  return value === null ? visible(text) : leaves(value, 0).join(APART);
}

function messageWords({ parts }: Message): string {
  return parts.map(partWords).join(APART);
}

function partWords(part: Part): string {
  switch (part.type) {
    case "text":
    case "reasoning":
      return visible(part.text);
    case "call":
      return [line(part.name, LONGEST_NAME), shapedWords(part.arguments)].join(APART);
    default:
      return shapedWords(part.text);
  }
}

function leaves(value: Json, depth: number): string[] {
  if (value === null || typeof value !== "object") return [visible(String(value))];
  if (depth >= DEEPEST) return [JSON.stringify(value)];
  return Object.entries(value)
    .slice(0, MOST_ENTRIES)
    .flatMap(([key, each]) => [
      ...(Array.isArray(value) ? [] : [line(key, LONGEST_KEY)]),
      ...leaves(each, depth + 1),
    ]);
}
