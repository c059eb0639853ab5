/** A link to the page of a run. */

import type { ComponentChildren } from "preact";
import { address, useReport } from "../app/context.ts";
import type { Place } from "../data/types.ts";
import { kept } from "../state/search.ts";
import { outcomeOf } from "../statistics/among.ts";
import { tip } from "./Tips.tsx";
import { outcomeColour, outcomeWords } from "../words/outcomes.ts";

interface Properties {
  run: Place;
  children?: ComponentChildren;
  step?: string;
}

export function RunLink({ run, children, step }: Properties) {
  const { document, state } = useReport();
  const id = document.runs.id[run] ?? "";
  const outcome = outcomeOf(document, run);
  const variant = document.variants[document.runs.variant[run] ?? -1]?.name;
  const trial = document.runs.trial[run];
  const own = { ...kept(state.own), ...(step !== undefined && { step }) };
  return (
    <a
      class="run-link"
      href={address(state, { view: "run", run: id, own })}
      {...tip(outcomeWords(outcome).title, variant, typeof trial === "number" && `Trial ${trial}`)}
    >
      <span class="dot" style={{ background: outcomeColour(outcome) }} aria-hidden="true" />
      {children ?? id.slice(0, 8)}
      <span class="hidden">, {outcomeWords(outcome).title}</span>
    </a>
  );
}
