/** What a text holds: JSON to be shown as such, or text. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** JSON within JSON is common: a result that holds the text of another one. */
const DEEPEST = 3;
const LARGEST = 1_000_000;

/** The value that a text holds where it is a JSON object or list; else null. */
export function structured(text: string): Json[] | { [key: string]: Json } | null {
  const found = parsed(text);
  return found === undefined ? null : (opened(found, DEEPEST) as Json[]);
}

/** The text as JSON over several lines; as it is where it is none. */
export function pretty(text: string): string {
  const found = structured(text);
  return found === null ? text : JSON.stringify(found, null, 2);
}

function parsed(text: string): Json | undefined {
  if (text.length > LARGEST || !/^\s*[[{]/.test(text)) return undefined;
  try {
    const found = JSON.parse(text) as Json;
    return typeof found === "object" && found !== null ? found : undefined;
  } catch {
    return undefined;
  }
}

function opened(value: Json, deeper: number): Json {
  if (typeof value === "string") {
    const inner = deeper > 0 ? parsed(value) : undefined;
    return inner === undefined ? value : opened(inner, deeper - 1);
  }
  if (Array.isArray(value)) return value.map((each) => opened(each, deeper));
  if (value === null || typeof value !== "object") return value;
  // Without a prototype a key of any name is a key alone.
  const copy: { [key: string]: Json } = Object.create(null) as { [key: string]: Json };
  for (const [key, each] of Object.entries(value)) copy[key] = opened(each, deeper);
  return copy;
}
