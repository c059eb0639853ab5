/** The steps of a run, one under the other, each as deep as it was called. */

import type { Place } from "../../data/types.ts";
import type { Call, RunSteps, Span, StepScore } from "./rows.ts";

export interface Step {
  /** What the address calls it: the place of its span; of a call without one "c" and its number. */
  key: string;
  /** Null: a call of which no span tells. */
  span: Span | null;
  /** Which ran in this step. */
  calls: Call[];
  /** Which the model asked for in it. */
  asked: Call[];
  scores: StepScore[];
  depth: number;
  parent: string | null;
  /** How many steps stand right below it. */
  children: number;
}

interface TreeOptions {
  /** Show spans, too, that only repeat others. */
  repeats: boolean;
  /** Keys of steps that are folded up. */
  folded: ReadonlySet<string>;
}

const PLAIN: TreeOptions = { repeats: false, folded: new Set() };

/** All steps that are shown, in the order in which they are read. */
export function steps(run: RunSteps, { repeats, folded }: TreeOptions = PLAIN): Step[] {
  const shown = run.spans.filter((span) => repeats || span.duplicate_of === null);
  const made = new Map<string, Step>();
  for (const span of shown) made.set(spanKey(span.place), empty(spanKey(span.place), span));
  for (const call of run.calls) {
    const at = callStep(call, run, made);
    const step = made.get(at) ?? empty(at, null);
    step.calls.push(call);
    made.set(at, step);
    if (call.emitted_span !== null) made.get(spanKey(call.emitted_span))?.asked.push(call);
  }
  give(run, made);
  const below = families(run, made);
  const ordered: Step[] = [];
  const seen = new Set<string>();
  const visit = (key: string, depth: number): void => {
    const step = made.get(key);
    if (step === undefined || seen.has(key)) return;
    seen.add(key);
    const children = below.get(key) ?? [];
    ordered.push(Object.assign(step, { depth, children: children.length }));
    if (!folded.has(key)) for (const child of children) visit(child, depth + 1);
  };
  for (const key of below.get(null) ?? []) visit(key, 0);
  return ordered;
}

export function spanKey(place: Place): string {
  return String(place);
}

/** The key of the step that tells of a call: that of its own span, else one of its own. */
function callStep(call: Call, { spans }: RunSteps, made: Map<string, Step>): string {
  const span = call.span === null ? undefined : spans[call.span];
  const own = span !== undefined && span.kind !== "llm" && made.has(spanKey(span.place));
  return own ? spanKey(span.place) : `c${call.call}`;
}

function empty(key: string, span: Span | null): Step {
  return { key, span, calls: [], asked: [], scores: [], depth: 0, parent: null, children: 0 };
}

function give(run: RunSteps, made: Map<string, Step>): void {
  const ofCall = new Map<number, Step>();
  for (const step of made.values()) for (const call of step.calls) ofCall.set(call.call, step);
  for (const score of run.scores) {
    const step =
      (score.call === null ? undefined : ofCall.get(score.call)) ??
      (score.span === null ? undefined : made.get(spanKey(score.span)));
    step?.scores.push(score);
  }
}

/** By step those right below it; what is below nothing that is shown stands under null. */
function families(run: RunSteps, made: Map<string, Step>): Map<string | null, string[]> {
  const below = new Map<string | null, string[]>();
  for (const step of made.values()) {
    const call = step.calls[0];
    const at = step.span?.place ?? call?.emitted_span ?? call?.span ?? null;
    step.parent =
      step.span === null && at !== null && made.has(spanKey(at))
        ? spanKey(at)
        : at === null
          ? null
          : above(run.spans, at, made);
    const family = below.get(step.parent);
    if (family) family.push(step.key);
    else below.set(step.parent, [step.key]);
  }
  return below;
}

/** The nearest span above one that is shown; null where none is, or where they go in a circle. */
function above(spans: Span[], place: Place, made: Map<string, Step>): string | null {
  const met = new Set([place]);
  let at = spans[place]?.parent ?? null;
  let found: string | null = null;
  while (at !== null) {
    if (met.has(at)) return null;
    met.add(at);
    if (found === null && made.has(spanKey(at))) found = spanKey(at);
    at = spans[at]?.parent ?? null;
  }
  return found;
}
