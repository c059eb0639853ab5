/** What a reader sees of a recorded text, as one text to look for words in. */

import { messages } from "./messages.ts";
import type { Message, Part } from "./messages.ts";
import { type Json, structured } from "./value.ts";
import { visible } from "./visible.ts";

/** How deep JSON is shown as such, and how many entries of each list. */
export const DEEPEST = 8;
export const MOST_ENTRIES = 100;

/** Keys and values where it is drawn by its shape; else the text. */
export function shownWords(text: string, conversation = false): string {
  const told = conversation ? messages(text) : null;
  if (told !== null) return told.map(messageWords).join("\n");
  return shapedWords(text);
}

/** By shape, and as it was recorded: what is not seen in one is seen in the other. */
export function allWords(text: string, conversation = false): string {
  const shaped = shownWords(text, conversation);
  const plain = visible(text);
  return shaped === plain ? plain : `${shaped}\n${plain}`;
}

function shapedWords(text: string): string {
  const value = structured(text);
  return value === null ? visible(text) : leaves(value, 0).join("\n");
}

function messageWords({ parts }: Message): string {
  return parts.map(partWords).join("\n");
}

function partWords(part: Part): string {
  switch (part.type) {
    case "text":
    case "reasoning":
      return visible(part.text);
    case "call":
      return `${part.name}\n${shapedWords(part.arguments)}`;
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
      ...(Array.isArray(value) ? [] : [visible(key)]),
      ...leaves(each, depth + 1),
    ]);
}
