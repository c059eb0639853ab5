/** Which steps of a run hold what is looked for. */

import type { Cut, Texts } from "../../data/types.ts";
import { knownOf } from "../../text/known.ts";
import { allWords } from "../../text/shown.ts";
import { APART, type Sought } from "../../text/sought.ts";
import { line } from "../../text/visible.ts";
import { ruleWords } from "../../words/steps.ts";
import { marks } from "./marks.ts";
import { markWords } from "./markWords.ts";
import type { Call, Span } from "./rows.ts";
import { nameWords, valueWords, whyOf } from "./scoreWords.ts";
import type { Step } from "./tree.ts";
import { askedWords, calledWords, errorWords, LONGEST_ERROR, LONGEST_RULE, title } from "./words.ts";

/** The keys of the steps that hold it, in their order. */
export function foundIn(steps: Step[], words: (step: Step) => string, looked: Sought): string[] {
  return steps.filter((step) => looked.holds(words(step))).map(({ key }) => key);
}

/** Gives what is told of a step: its name, what went in and out, its scores; each read once. */
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

/** Where a movement leads with no mark left in its step: to this one where it is not open yet. */
export function onward(
  steps: Step[],
  found: string[],
  { at, open, by }: { at: string; open: boolean; by: 1 | -1 },
): string | undefined {
  return !open && found.includes(at) ? at : neighbour(steps, found, at, by);
}

/** As the page shows them: what is looked for is not found where it cannot be marked. */
function wordsOf(step: Step, texts: Texts | null): string {
  const { span, calls } = step;
  const told = (text: Cut | null, conversation = false) =>
    text === null ? "" : allWords(knownOf(text, texts), conversation);
  const words = [title(step)];
  for (const mark of marks(step)) words.push(markWords(mark).brief);
  for (const score of step.scores) {
    words.push(nameWords(score), valueWords(score), told(whyOf(score)));
  }
  for (const call of calls) {
    words.push(...faultWords(call, span), calledWords(step, call) ?? "");
    words.push(...textsOfCall(call).map((text) => told(text)));
  }
  for (const call of step.asked) words.push(askedWords(call).name, askedWords(call).preview);
  if (span !== null) {
    const { error_type, error_message, input, output, reasoning } = span;
    if (calls.length === 0) words.push(line(error_type ?? "", LONGEST_ERROR), told(error_message));
    words.push(told(reasoning), told(output), told(input, true));
  }
  return words.join(APART);
}

/** What stands in the note on a fault. */
function faultWords({ fault, fault_rule }: Call, span: Span | null): string[] {
  const words: string[] = [];
  if (fault !== null && fault !== "none") words.push(ruleWords(fault_rule ?? fault).title);
  if (fault_rule !== null) words.push(line(fault_rule, LONGEST_RULE));
  if (fault_rule !== null && span?.error_type) words.push(errorWords(span.error_type));
  return words;
}

function textsOfCall({ arguments: asked, result, error_message }: Call): (Cut | null)[] {
  return [asked, result, error_message];
}

function textsOfSpan({ input, output, reasoning, error_message }: Span): (Cut | null)[] {
  return [input, output, reasoning, error_message];
}
