/** The messages of a request to a model, read from what was recorded of it. */

import type { Json } from "./value.ts";

export type Part =
  | { type: "text"; text: string }
  | { type: "reasoning"; text: string }
  | { type: "call"; id: string | null; name: string; arguments: string }
  | { type: "result"; id: string | null; text: string }
  | { type: "other"; text: string };

export interface Message {
  role: string;
  parts: Part[];
}

type Item = { [key: string]: Json };

/** The messages of a text of JSON; null where it is something else, or was cut. */
export function messages(text: string): Message[] | null {
  if (!/^\s*\[/.test(text)) return null;
  let found: Json;
  try {
    found = JSON.parse(text) as Json;
  } catch {
    return null;
  }
  if (!Array.isArray(found) || !found.every(isMessage)) return null;
  return found.map((each) => ({ role: String(each.role), parts: parts(each) }));
}

function isMessage(value: Json): value is Item {
  return isItem(value) && typeof value.role === "string";
}

function isItem(value: Json | undefined): value is Item {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parts(message: Item): Part[] {
  const content = message.parts ?? message.content ?? null;
  const answers = message.role === "tool" || message.role === "function";
  const told: Part[] =
    typeof content === "string"
      ? [answers ? result(message.tool_call_id, content) : { type: "text", text: content }]
      : Array.isArray(content)
        ? content.map(part)
        : [];
  const calls = Array.isArray(message.tool_calls) ? message.tool_calls.map(openaiCall) : [];
  return [...told, ...calls];
}

function part(value: Json): Part {
  if (typeof value === "string") return { type: "text", text: value };
  if (!isItem(value)) return { type: "other", text: written(value) };
  const told = value.content ?? value.text;
  switch (value.type) {
    case "text":
    case "input_text":
    case "output_text":
      return { type: "text", text: written(told) };
    case "reasoning":
    case "thinking":
      return { type: "reasoning", text: written(told ?? value.thinking) };
    case "tool_call":
    case "tool_use":
      return {
        type: "call",
        id: identity(value.id),
        name: String(value.name),
        arguments: written(value.arguments ?? value.input),
      };
    case "tool_call_response":
    case "tool_result":
      return result(value.id ?? value.tool_use_id, value.response ?? value.result ?? value.content);
    default:
      return { type: "other", text: written(value) };
  }
}

function openaiCall(value: Json): Part {
  if (!isItem(value) || !isItem(value.function)) return { type: "other", text: written(value) };
  const { name, arguments: told } = value.function;
  return { type: "call", id: identity(value.id), name: String(name), arguments: written(told) };
}

function result(id: Json | undefined, told: Json | undefined): Part {
  return { type: "result", id: identity(id), text: written(told) };
}

function identity(value: Json | undefined): string | null {
  return typeof value === "string" ? value : null;
}

function written(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
