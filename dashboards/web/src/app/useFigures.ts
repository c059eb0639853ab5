/** The figures of what is chosen: Python's where no run is filtered, else computed here. */

import { useMemo } from "preact/hooks";
import type { Document, Figure, FigureTable, Place, ScoreDeclaration } from "../data/types.ts";
import type { State } from "../state/state.ts";
import { FiguresOfRuns } from "../statistics/figures.ts";
import { CellFigures } from "../statistics/grid.ts";
import { pivots, sides as sidesOf, usual } from "../statistics/sides.ts";
import type { Figures } from "./context.ts";

export function useFigures(
  document: Document,
  state: State,
  chosen: Place[],
  filtered: boolean,
): Figures {
  const usable = useMemo(() => [...pivots(document), "all"], [document]);
  const by = state.by !== null && usable.includes(state.by) ? state.by : usual(document);
  const ofCells = useMemo(() => new CellFigures(document, chosen), [document, chosen]);
  return useMemo(() => {
    const sides = sidesOf(document, by);
    const ownTable = by === "task" ? undefined : document.figures[by];
    const shared = state.shared && by !== "task" && sides.names.length > 1;
    const computed = new FiguresOfRuns(ofCells, sides, shared);
    // Values that no chosen run has are not told; those that a report has none of, are.
    const there = filtered ? new Set(chosen.map((run) => sides.of(run))) : null;
    const kept = sides.names.map((_, place) => place).filter((place) => !there || there.has(place));
    const known = !filtered && ownTable ? placed(ownTable, sides.names) : null;
    const ofAllRuns = placed(document.figures.all, ["all runs"]);
    const placeOf = new Map(kept.map((place, at) => [place, at]));
    return {
      by,
      shared,
      sides: kept.map((place) => sides.names[place] ?? ""),
      of: (score) => {
        const told = known?.(score, state.shared) ?? computed.of(score);
        return kept.flatMap((place) => told[place] ?? []);
      },
      ofAll: (score) =>
        (filtered || shared ? null : ofAllRuns(score, false)?.[0]) ?? computed.ofAll(score),
      runs: () => computed.runs(),
      sideOf: (run) => placeOf.get(sides.of(run)) ?? -1,
      behind: (score, side) =>
        computed.behind(score, side === null ? null : (kept[side] ?? ABSENT)),
    };
  }, [document, by, chosen, ofCells, state.shared, filtered]);
}

/** The place of a side that there is not. */
const ABSENT = -1;

type Told = (score: ScoreDeclaration, shared: boolean) => Figure[] | null;

/** What a table tells of a score, in the order of the sides; null where it tells nothing. */
function placed(table: FigureTable | undefined, names: string[]): Told {
  const rowOf = new Map(table?.scores.map((name, row) => [name, row]));
  const places = names.map((name) => table?.sides.indexOf(name) ?? -1);
  return (score, shared) => {
    const row = rowOf.get(score.name);
    if (table === undefined || row === undefined) return null;
    const told = (shared && table.shared ? table.shared : table.figures)[row] ?? [];
    return names.map((side, at) => told[places[at] ?? -1] ?? { ...NOTHING, side });
  };
}

const NOTHING: Figure = {
  side: "",
  estimate: null,
  median: null,
  tasks: 0,
  runs: 0,
  unevaluated: 0,
  note: "no value",
};
