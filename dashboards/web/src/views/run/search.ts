/** Which steps of a run hold what is looked for. */

import type { Cut, Texts } from "../../data/types.ts";
import { knownOf } from "../../text/known.ts";
import { allWords } from "../../text/shown.ts";
import type { Sought } from "../../text/sought.ts";
import { ruleWords } from "../../words/steps.ts";
import type { Call, Span } from "./rows.ts";
import type { Step } from "./tree.ts";
import { title } from "./words.ts";

/** The keys of the steps that hold it, in their order. */
export function foundIn(steps: Step[], words: (step: Step) => string, looked: Sought): string[] {
  return steps.filter((step) => looked.holds(words(step))).map(({ key }) => key);
}

/** Gives what is told of a step: its name, and what went in and came out; each read once. */
export function wordsOfSteps(texts: Texts | null): (step: Step) => string {
  const known = new Map<Step, string>();
  return (step) => {
    let words = known.get(step);
    if (words === undefined) {
      words = wordsOf(step, texts);
      known.set(step, words);
    }
    return words;
  };
}

/** Those texts of some steps of which the page holds the beginning alone. */
export function cutTexts(steps: Step[]): { key: string }[] {
  const all = steps.flatMap(({ span, calls }) => [
    ...calls.flatMap(textsOfCall),
    ...(span === null ? [] : textsOfSpan(span)),
  ]);
  return all.flatMap((text) => (text === null || typeof text === "string" ? [] : text));
}

/** The step behind one or before it, of those found; from the other end on where none is. */
export function neighbour(
  steps: Step[],
  found: string[],
  at: string,
  by: 1 | -1,
): string | undefined {
  const order = new Map(steps.map(({ key }, place) => [key, place]));
  const here = order.get(at) ?? -1;
  const beyond = (key: string) => by * ((order.get(key) ?? -1) - here) > 0;
  return by === 1 ? (found.find(beyond) ?? found[0]) : (found.findLast(beyond) ?? found.at(-1));
}

function wordsOf(step: Step, texts: Texts | null): string {
  const { span, calls } = step;
  const told = (text: Cut | null, conversation = false) =>
    text === null ? "" : allWords(knownOf(text, texts), conversation);
  const words = [title(step), ...step.scores.map(({ explanation }) => told(explanation))];
  for (const call of calls) {
    const { fault, fault_rule } = call;
    if (fault !== null && fault !== "none") {
      words.push(ruleWords(fault_rule ?? fault).title, fault_rule ?? "");
    }
    words.push(call.name, ...textsOfCall(call).map((text) => told(text)));
  }
  if (span !== null) {
    const { error_type, error_message, input, output, reasoning } = span;
    if (calls.length === 0) words.push(error_type ?? "", told(error_message));
    words.push(told(reasoning), told(output), told(input, true));
  }
  return words.join("\n");
}

function textsOfCall({ arguments: asked, result, error_message }: Call): (Cut | null)[] {
  return [asked, result, error_message];
}

function textsOfSpan({ input, output, reasoning, error_message }: Span): (Cut | null)[] {
  return [input, output, reasoning, error_message];
}
