/** What a view is shown by, and whether of shared tasks alone. */

import { useMemo } from "preact/hooks";
import { useReport } from "../app/context.ts";
import type { By } from "../state/state.ts";
import { pivots, sides, type Sides, usual } from "../statistics/sides.ts";
import { BY_TITLES } from "../words/by.ts";
import { Choose } from "./Choose.tsx";
import { Segments } from "./Segments.tsx";
import { tip } from "./Tips.tsx";
import { Toggle } from "./Toggle.tsx";

/** The sides of a view whose rows are tasks already, and what there is to choose from. */
export function useSides(): { offered: By[]; sides: Sides } {
  const { document, state } = useReport();
  return useMemo(() => {
    const offered: By[] = [...pivots(document).filter((by) => by !== "task"), "all"];
    const first = usual(document);
    const by = state.by !== null && offered.includes(state.by) ? state.by : first;
    return { offered, sides: sides(document, by) };
  }, [document, state.by]);
}

/** Nothing where there is but one way to show it, beside all runs together. */
export function ByPicker({ offered, by }: { offered: By[]; by: By }) {
  const { go } = useReport();
  if (offered.length < 3) return null;
  const options = offered.map((value) => ({ value, title: BY_TITLES[value] }));
  const change = (value: string) => go({ by: value as By }, { replace: true });
  return (
    <>
      <span class="wide-only">
        <Segments label="By" options={options} value={by} onChange={change} />
      </span>
      <span class="narrow-only">
        <Choose label="By" options={options} value={by} onChange={change} />
      </span>
    </>
  );
}

export function SharedToggle({ says }: { says: string }) {
  const { state, go } = useReport();
  return (
    <span {...tip(says)}>
      <Toggle on={state.shared} onChange={(shared) => go({ shared }, { replace: true })}>
        Shared tasks only
      </Toggle>
    </span>
  );
}
