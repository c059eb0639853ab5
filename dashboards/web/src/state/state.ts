/** What the address of a view says: which view, by what, of which runs. */

export const VIEWS = [
  "overview",
  "compare",
  "reliability",
  "coverage",
  "results",
  "failures",
  "runs",
  "run",
] as const;
export type View = (typeof VIEWS)[number];

export const FILTERS = [
  "model",
  "revision",
  "tier",
  "harness",
  "experiment",
  "task",
  "tag",
  "set",
  "outcome",
] as const;
export type FilterName = (typeof FILTERS)[number];
/** By filter the values that are let through; one that is absent lets all through. */
export type Filters = Partial<Record<FilterName, string[]>>;

export const PIVOTS = [
  "variant",
  "model",
  "revision",
  "tier",
  "harness",
  "experiment",
  "task",
  "all",
] as const;
export type By = (typeof PIVOTS)[number];

export interface State {
  view: View;
  /** Of the view "run": its id. */
  run: string | null;
  /** null: the view's choice. */
  by: By | null;
  /** Only the tasks that all sides did. */
  shared: boolean;
  filters: Filters;
  /** What the view itself keeps: `step`, `measure`, `baseline`... */
  own: Record<string, string>;
}

export const START: State = {
  view: "overview",
  run: null,
  by: null,
  shared: false,
  filters: {},
  own: {},
};

export function isFiltered(state: State): boolean {
  return Object.keys(state.filters).length > 0;
}
