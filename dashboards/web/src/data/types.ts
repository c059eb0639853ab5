/**
 * The document that a report is drawn from, and the blocks of steps that lie beside it.
 *
 * Columns, not rows: `runs.task[7]` is the place in `tasks` of the task of the 8th run. `null` is
 * unknown or not applicable, never 0. Every text may be anything that an agent wrote: it is data,
 * and is put into the page as text alone.
 */

export type * from "./types/basics.ts";
export type * from "./types/document.ts";
export type * from "./types/runs.ts";
export type * from "./types/figures.ts";
export type * from "./types/comparisons.ts";
export type * from "./types/failures.ts";
export type * from "./types/steps.ts";
