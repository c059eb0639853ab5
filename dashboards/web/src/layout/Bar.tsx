/** What is shown by what, and of which runs. */

import { useMemo } from "preact/hooks";
import { useReport } from "../app/context.ts";
import { Choose } from "../components/Choose.tsx";
import { Segments } from "../components/Segments.tsx";
import { tip } from "../components/Tips.tsx";
import { Toggle } from "../components/Toggle.tsx";
import { choices } from "../filters/choices.ts";
import type { By, Filters } from "../state/state.ts";
import { pivots } from "../statistics/sides.ts";
import { counted, grouped } from "../words/amounts.ts";
import { FilterMenu } from "./FilterMenu.tsx";

const TITLES: Record<By, string> = {
  variant: "Variant",
  model: "Model",
  revision: "Revision",
  tier: "Tier",
  harness: "Harness",
  task: "Task",
  all: "All",
};

export function Bar() {
  const { document, state, go, chosen, filtered, figures } = useReport();
  const offered = useMemo(() => choices(document), [document]);
  const pivotal = state.view === "overview" || state.view === "reliability";
  const all = document.runs.id.length;
  const sharing = pivotal && figures.shared;
  const shown = useMemo(
    () => (sharing ? figures.runs().length : chosen.length),
    [sharing, figures, chosen],
  );
  if (offered.length === 0 && pivots(document).length === 0) return null;
  const filter = (change: Filters) => go({ filters: change }, { replace: true });
  return (
    <div class="bar" role="region" aria-label="What is shown">
      {pivotal && <ByPicker />}
      {pivotal && figures.sides.length > 1 && figures.by !== "task" && (
        <span {...tip("Count only the tasks that every side has a figure of.")}>
          <Toggle on={state.shared} onChange={(shared) => go({ shared }, { replace: true })}>
            Shared tasks only
          </Toggle>
        </span>
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
      <p class="count" role="status">
        {filtered || sharing
          ? `${grouped(shown, 0)} of ${counted(all, "run")}`
          : counted(all, "run")}
        {sharing && ", of shared tasks"}
      </p>
    </div>
  );
}

function ByPicker() {
  const { document, state, go, figures } = useReport();
  const offered = useMemo(() => pivots(document), [document]);
  if (offered.length < 2) return null;
  const by = state.view === "reliability" && figures.by === "task" ? "all" : figures.by;
  const shown = offered.filter((each) => state.view !== "reliability" || each !== "task");
  const options = [...shown, "all" as const].map((value) => ({ value, title: TITLES[value] }));
  const change = (value: string) => go({ by: value as By });
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
