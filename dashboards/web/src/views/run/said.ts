/** Messages that were told already, of which a request that begins anew repeats some. */

import type { Message, Part } from "../../text/messages.ts";
import { structured } from "../../text/value.ts";

export class Said {
  readonly #known = new Set<string>();

  add(message: Message): void {
    this.#known.add(key(message));
  }

  has(message: Message): boolean {
    return this.#known.has(key(message));
  }
}

/** What was thought is not sent again, and identities of calls differ from one way to another. */
function key({ role, parts }: Message): string {
  const told = parts.filter(({ type }) => type !== "reasoning").map(partKey);
  return JSON.stringify([role, ...told.filter((part) => part !== "")]);
}

function partKey(part: Part): string {
  if (part.type !== "call") return part.text.trim();
  const value = structured(part.arguments);
  return `${part.name} ${value === null ? part.arguments.trim() : JSON.stringify(value)}`;
}
