/** A word or two that stand apart: an outcome, a tag, a verdict. */

import type { ComponentChildren } from "preact";
import { outcomeColour, outcomeWords } from "../words/outcomes.ts";
import { tip } from "./Tips.tsx";

export type Tone = "plain" | "good" | "bad" | "accent" | "quiet";

export function Chip({ children, tone = "plain" }: { children: ComponentChildren; tone?: Tone }) {
  return <span class={`chip ${tone}`}>{children}</span>;
}

export function OutcomeChip({ outcome }: { outcome: string }) {
  const { title, says } = outcomeWords(outcome);
  return (
    <span class="chip outcome" {...tip(says)}>
      <span class="dot" style={{ background: outcomeColour(outcome) }} aria-hidden="true" />
      {title}
    </span>
  );
}
