/** What is shown by what, and of which runs. */

import { useMemo } from "preact/hooks";
import { useReport } from "../app/context.ts";
import { ByPicker, SharedToggle, useSides } from "../components/ByPicker.tsx";
import { choices } from "../filters/choices.ts";
import type { Filters } from "../state/state.ts";
import { pivots } from "../statistics/sides.ts";
import { grid } from "../views/coverage/grid.ts";
import { counted, grouped } from "../words/amounts.ts";
import { FilterMenu } from "./FilterMenu.tsx";

export function Bar() {
  const { document, state, go, filtered, figures } = useReport();
  const offered = useMemo(() => choices(document), [document]);
  const pivotal = state.view === "overview" || state.view === "reliability";
  if (offered.length === 0 && pivots(document).length === 0) return null;
  const filter = (change: Filters) => go({ filters: change }, { replace: true });
  return (
    <div class="bar" role="region" aria-label="What is shown">
      {pivotal && <Pivot />}
      {pivotal && figures.sides.length > 1 && figures.by !== "task" && (
        <SharedToggle says="Count only the tasks that every side has a figure of." />
      )}
      <div class="filters" role="group" aria-label="Filters">
        {offered.map((choice) => (
          <FilterMenu
            key={choice.name}
            choice={choice}
            chosen={state.filters[choice.name] ?? []}
            onChange={(values) => {
              const { [choice.name]: _, ...rest } = state.filters;
              filter(values.length > 0 ? { ...rest, [choice.name]: values } : rest);
            }}
          />
        ))}
        {filtered && (
          <button type="button" class="plain" onClick={() => filter({})}>
            Clear
          </button>
        )}
      </div>
      <Count />
    </div>
  );
}

function Pivot() {
  const { document, state, figures } = useReport();
  const all = useMemo(() => [...pivots(document), "all" as const], [document]);
  if (state.view === "overview") return <ByPicker offered={all} by={figures.by} />;
  // Curves are of tasks: single ones have none.
  const by = figures.by === "task" ? "all" : figures.by;
  return <ByPicker offered={all.filter((each) => each !== "task")} by={by} />;
}

/** How many runs are shown, of all there are. */
function Count() {
  const { document, filtered, chosen } = useReport();
  const shared = useSharedRuns();
  const all = document.runs.id.length;
  return (
    <p class="count" role="status">
      {filtered || shared !== null
        ? `${grouped(shared ?? chosen.length, 0)} of ${counted(all, "run")}`
        : counted(all, "run")}
      {shared !== null && ", of shared tasks"}
    </p>
  );
}

/** How many runs are of shared tasks, where the view shows those alone. */
function useSharedRuns(): number | null {
  const { document, state, chosen, figures } = useReport();
  const { sides } = useSides();
  return useMemo(() => {
    if (state.view === "overview" || state.view === "reliability") {
      return figures.shared ? figures.runs().length : null;
    }
    if (state.view !== "coverage" || !state.shared || sides.names.length < 2) return null;
    const { totals } = grid(document, chosen, sides, true);
    return totals.reduce((sum, { planned }) => sum + planned, 0);
  }, [document, state.view, state.shared, chosen, figures, sides]);
}
