/** What a view is shown by, as its own controls. */

import { useMemo } from "preact/hooks";
import { useReport } from "../app/context.ts";
import type { By } from "../state/state.ts";
import { pivots, sides, type Sides, usual } from "../statistics/sides.ts";
import { Choose } from "./Choose.tsx";
import { Segments } from "./Segments.tsx";
import { tip } from "./Tips.tsx";
import { Toggle } from "./Toggle.tsx";

const TITLES: Record<By, string> = {
  variant: "Variant",
  model: "Model",
  revision: "Revision",
  tier: "Tier",
  harness: "Harness",
  task: "Task",
  all: "All",
};

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

export function ByTools({ offered, by, shared }: { offered: By[]; by: By; shared: boolean }) {
  const { state, go } = useReport();
  const options = offered.map((value) => ({ value, title: TITLES[value] }));
  const change = (value: string) => go({ by: value as By }, { replace: true });
  return (
    <>
      {offered.length > 2 && (
        <>
          <span class="wide-only">
            <Segments label="By" options={options} value={by} onChange={change} />
          </span>
          <span class="narrow-only">
            <Choose label="By" options={options} value={by} onChange={change} />
          </span>
        </>
      )}
      {shared && by !== "all" && (
        <span {...tip("Only the tasks of which every side has an evaluated run.")}>
          <Toggle on={state.shared} onChange={(on) => go({ shared: on }, { replace: true })}>
            Shared tasks only
          </Toggle>
        </span>
      )}
    </>
  );
}
