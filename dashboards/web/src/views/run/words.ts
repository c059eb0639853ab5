/** A step in words, for its line in the list. */

import type { Cut } from "../../data/types.ts";
import { line } from "../../text/visible.ts";
import { duration, short } from "../../words/amounts.ts";
import type { Call, Span } from "./rows.ts";
import type { Step } from "./tree.ts";

export const KINDS: Record<Span["kind"], string> = {
  agent: "Agent",
  llm: "Model",
  tool: "Tool",
  chain: "Chain",
  retriever: "Retriever",
  other: "Other",
};

export function kindOf(step: Step): Span["kind"] {
  return step.span?.kind ?? "tool";
}

/** What a step is called: a tool by its call, in brief a model by its turn, all else by its span. */
export function title(step: Step, brief = false): string {
  const call = step.calls[0];
  const { span } = step;
  if (call && step.calls.length === 1 && (span === null || span.kind === "tool")) {
    return line(call.name, 80);
  }
  if (span?.kind === "llm" && brief && span.turn !== null) return `Turn ${span.turn}`;
  if (span?.kind === "llm") return line(span.model ?? span.name, 80);
  if (span?.kind === "agent" && span.agent) return line(span.agent, 80);
  return line(span?.name ?? "call", 80);
}

/** The beginning of what went through it: arguments of a call, what a model said or asked for. */
export function preview(step: Step): string {
  const call = step.calls[0];
  if (call) return begun(call.arguments);
  const { span } = step;
  if (span === null) return "";
  const said = begun(span.output);
  if (said !== "") return said;
  const asked = step.asked.map(({ name }) => line(name, 40));
  return asked.length > 0 ? `→ ${asked.join(", ")}` : begun(span.reasoning);
}

/** A call as it is told where a model asked for it. */
export function askedWords({ name, arguments: asked }: Call): { name: string; preview: string } {
  return { name: line(name, 60), preview: begun(asked, 120) };
}

/** What a call is told by before its arguments; null: the name of its step says it. */
export function calledWords(step: Step, call: Call): string | null {
  const known = step.calls.length === 1 && title(step) === line(call.name, 80);
  return known ? null : line(call.name, 60);
}

/** "632 in, 57 out"; empty where none was recorded. */
export function tokens({ input_tokens, output_tokens }: Span): string {
  const told = [
    input_tokens === null ? null : `${short(input_tokens)} in`,
    output_tokens === null ? null : `${short(output_tokens)} out`,
  ];
  return told.filter((each) => each !== null).join(", ");
}

export function lasted({ duration_ms }: Span): string {
  return duration_ms === null ? "never ended" : duration(duration_ms / 1000);
}

export function milliseconds(value: number): string {
  return duration(value / 1000);
}

/** How much is told of a rule, and of what an error is called. */
export const LONGEST_RULE = 80;
export const LONGEST_ERROR = 120;

/** What a span calls the error that its call failed by. */
export function errorWords(error: string): string {
  return line(error, 80);
}

export function begun(text: Cut | null, longest = 160): string {
  if (text === null) return "";
  return line(typeof text === "string" ? text : text.cut, longest);
}
