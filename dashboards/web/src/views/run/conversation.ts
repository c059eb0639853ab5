/** The conversation of a run: what was said, in order, each message once. */

import type { Texts } from "../../data/types.ts";
import { closed } from "../../text/closed.ts";
import { knownOf } from "../../text/known.ts";
import { type Message, type Part, messages } from "../../text/messages.ts";
import type { Call } from "./rows.ts";
import { Said } from "./said.ts";
import { spanKey, type Step } from "./tree.ts";

export interface Entry {
  /** The step that it leads to. */
  step: string;
  role: string;
  /** Who speaks, or is spoken to. */
  agent: string | null;
  turn: number | null;
  parts: Part[];
  /** The call that it is the result of. */
  call: Call | null;
  /** What a request that failed was answered by. */
  error: string | null;
  /** So many messages of its request, which begins anew, stand above already. */
  repeated: number;
}

/** What stands between a request and the next: what is new in it, what was said, what came of it. */
interface Turn {
  told: Entry[];
  said: Entry | null;
  /** Calls that nothing has been heard of yet. */
  open: Call[];
  step: Step;
}

/** The messages of all requests to models, in the order of their steps. */
export function conversation(steps: Step[], texts: Texts | null): Entry[] {
  const turns: Turn[] = [];
  const byKey = new Map<string, Turn>();
  const heard = new Map<string | null, Said>();
  for (const step of steps) {
    const { span } = step;
    if (span === null || span.kind !== "llm" || span.duplicate_of !== null) continue;
    const before = span.continues === null ? null : (byKey.get(spanKey(span.continues)) ?? null);
    const said = heard.get(span.agent) ?? new Said();
    heard.set(span.agent, said);
    const turn: Turn = { told: [], said: answer(step, texts), open: [...step.asked], step };
    turn.told = told(step, texts, before, said, turns);
    if (turn.said) said.add({ role: "assistant", parts: turn.said.parts });
    turns.push(turn);
    byKey.set(step.key, turn);
  }
  return turns.flatMap(({ told: some, said, open, step }) => [
    ...some,
    ...(said === null ? [] : [said]),
    ...open.flatMap((call) => came(call, step, texts)),
  ]);
}

/** What is new in a request. */
function told(
  step: Step,
  texts: Texts | null,
  before: Turn | null,
  said: Said,
  turns: Turn[],
): Entry[] {
  const { span } = step;
  if (span?.input == null) return [];
  const text = knownOf(span.input, texts);
  const found = messages(text) ?? messages(closed(text) ?? "");
  if (found === null) return [entry(step, "input", [{ type: "text", text }])];
  let repeated = 0;
  const shown = found.flatMap((message): Entry[] => {
    if (message.parts.length === 0) return [];
    const known =
      before === null
        ? said.has(message)
        : message.role === "assistant" && answers(before.said, message);
    if (known) {
      if (before === null) repeated += 1;
      return [];
    }
    return [{ ...entry(step, message.role, message.parts), ...answered(message, turns) }];
  });
  // A request may say the same twice: it is known from the next one on.
  for (const message of found) said.add(message);
  const [first, ...rest] = shown;
  return first === undefined ? [] : [{ ...first, repeated }, ...rest];
}

/** Whether a message only repeats what the model had said before. */
function answers(said: Entry | null, { parts }: Message): boolean {
  if (said === null) return false;
  const names = said.parts.flatMap((part) => (part.type === "call" ? part.name : []));
  const words = said.parts.flatMap((part) => ("text" in part ? part.text : [])).join("\n");
  return parts.every((part) =>
    part.type === "call"
      ? names.includes(part.name) || words.includes(part.name)
      : words.includes(part.text.trim()),
  );
}

/** The call that a message is the result of: the first one open that it may be of. */
function answered({ parts }: Message, turns: Turn[]): Partial<Entry> {
  const results = parts.flatMap((part) => (part.type === "result" ? part.text.trim() : []));
  const found: Call[] = [];
  for (const text of results) {
    const open = turns.flatMap((turn) => turn.open.map((call) => ({ turn, call })));
    const same = open.find(({ call }) => call.result !== null && begins(call.result, text));
    const of = same ?? open[0];
    if (of === undefined) continue;
    of.turn.open = of.turn.open.filter((call) => call !== of.call);
    found.push(of.call);
  }
  const [call] = found;
  return call === undefined || found.length > 1 ? {} : { call, step: stepOf(call) };
}

const COMPARED = 500;

function begins(result: NonNullable<Call["result"]>, text: string): boolean {
  const known = knownOf(result, null).trim().slice(0, COMPARED);
  return known !== "" && text.startsWith(known.slice(0, text.length));
}

/** What a model said to a request. */
function answer(step: Step, texts: Texts | null): Entry | null {
  const { span } = step;
  if (span === null) return null;
  const parts: Part[] = [];
  const { reasoning, output, error_type, error_message } = span;
  if (reasoning !== null) parts.push({ type: "reasoning", text: knownOf(reasoning, texts) });
  if (output !== null) parts.push({ type: "text", text: knownOf(output, texts) });
  for (const { name, arguments: asked } of step.asked) {
    const told = asked === null ? "" : knownOf(asked, texts);
    parts.push({ type: "call", id: null, name, arguments: told });
  }
  const failed = span.status === "error";
  if (parts.length === 0 && !failed) return null;
  const said = error_message === null ? "" : knownOf(error_message, texts);
  const error = [error_type, said].filter(Boolean).join(": ") || "The request failed.";
  return { ...entry(step, "assistant", parts), error: failed ? error : null };
}

/** What came of a call that no later request tells of. */
function came(call: Call, step: Step, texts: Texts | null): Entry[] {
  const told = call.result ?? call.error_message;
  if (told === null) return [];
  const part: Part = { type: "result", id: null, text: knownOf(told, texts) };
  return [{ ...entry(step, "tool", [part]), call, step: stepOf(call) }];
}

function entry({ key, span }: Step, role: string, parts: Part[]): Entry {
  const { agent = null, turn = null } = span ?? {};
  return { step: key, role, agent, turn, parts, call: null, error: null, repeated: 0 };
}

/** A call that ran in no span of its own stands under the request that asked for it. */
function stepOf({ span, emitted_span, call }: Call): string {
  return span === null || span === emitted_span ? `c${call}` : spanKey(span);
}
