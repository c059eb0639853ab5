/** The state of a page as the part of its address behind the #, and back. */

import { FILTERS, PIVOTS, START, VIEWS } from "./state.ts";
import type { By, Filters, State, View } from "./state.ts";

const SHARED = "shared";
const BY = "by";

/** What an address says; what it says wrongly is passed over. */
export function parse(hash: string): State {
  const [path = "", query = ""] = hash.replace(/^#?\/?/, "").split(/\?(.*)/s);
  const [name = "", ...rest] = path.split("/");
  const view = VIEWS.find((each) => each === name);
  if (view === undefined) return START;
  const parameters = new URLSearchParams(query);
  const filters: Filters = {};
  for (const filter of FILTERS) {
    const values = parameters.getAll(filter);
    if (values.length > 0) filters[filter] = values;
  }
  const known = new Set<string>([...FILTERS, SHARED, BY]);
  const own = [...parameters].filter(([key]) => !known.has(key));
  return {
    view,
    run: view === "run" ? decoded(rest.join("/")) || null : null,
    by: PIVOTS.find((each): each is By => each === parameters.get(BY)) ?? null,
    shared: parameters.get(SHARED) === "1",
    filters,
    own: Object.fromEntries(own),
  };
}

export function format(state: State): string {
  const parameters = new URLSearchParams();
  if (state.by !== null) parameters.set(BY, state.by);
  if (state.shared) parameters.set(SHARED, "1");
  for (const filter of FILTERS) {
    for (const value of state.filters[filter] ?? []) parameters.append(filter, value);
  }
  for (const [key, value] of Object.entries(state.own)) parameters.set(key, value);
  const query = parameters.toString();
  const path = state.run === null ? state.view : `${state.view}/${encodeURIComponent(state.run)}`;
  return `#/${path}${query && `?${query}`}`;
}

/** A state with something changed; what a view keeps for itself ends with the view. */
export function changed(state: State, change: Partial<State>): State {
  const view: View = change.view ?? state.view;
  const leaves = view !== state.view;
  return {
    ...state,
    run: view === "run" ? state.run : null,
    ...(leaves && { own: {} }),
    ...change,
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
