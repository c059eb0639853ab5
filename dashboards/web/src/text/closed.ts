/** JSON of which the end is missing, ended where it was cut. */

/** null: it is no beginning of a list or an object, or too little of one. */
export function closed(text: string): string | null {
  if (!/^\s*[[{]/.test(text)) return null;
  const open: string[] = [];
  let quoted = false;
  /** Up to where it can be ended, and by what. */
  let safe: [number, string] | null = null;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    if (quoted) {
      if (sign === "\\") at += 1;
      else if (sign === '"') quoted = false;
      continue;
    }
    if (sign === '"') quoted = true;
    else if (sign === "[") open.push("]");
    else if (sign === "{") open.push("}");
    else if (sign === ",") safe = [at, ends(open)];
    else if (sign === "]" || sign === "}") {
      open.pop();
      safe = [at + 1, ends(open)];
    }
  }
  // A text that was cut is most of what there is: it ends where it was cut.
  const whole = `${text.replace(/\\(u[0-9a-f]{0,3})?$/i, "")}"${ends(open)}`;
  if (quoted && isJson(whole)) return whole;
  return safe === null ? null : `${text.slice(0, safe[0])}${safe[1]}`;
}

function ends(open: string[]): string {
  return open.toReversed().join("");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
