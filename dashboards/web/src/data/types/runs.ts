/** All runs of a report, in columns. */

import type { Cut, Flag, Place } from "./basics.ts";

/**
 * All runs: by experiment, task (by name), variant and trial.
 *
 * How a figure comes about (so that a filter can be answered without asking again): a *cell* is
 * the counted runs of one experiment, task and variant.
 * - mean (and rate): the mean of `values` over the runs of each cell that have one; then over the
 *   cells of each task; then over tasks. `success` is of the runs with `counted` and `checked`,
 *   `error_rate` of those with `counted`, `infra_rate` of those with `meant`.
 * - pooled: sum of `numerator` / sum of `n`, over all cells; where a cell has a value whose
 *   numerator is null, its mean counts as for a mean.
 * - per_success: sum of the value over counted runs with `checked` / their successes.
 * Intervals: rate = Wilson on the effective n; mean = Student's t over tasks; all others are
 * drawn anew 10,000 times, and are known for the unfiltered report alone.
 */
export interface Runs {
  id: string[];
  experiment: Place[];
  task: (Place | null)[];
  model: (Place | null)[];
  revision: (Place | null)[];
  tier: (Place | null)[];
  harness: (Place | null)[];
  variant: Place[];
  trial: (number | null)[];
  launch: number[];
  outcome: (Place | null)[];
  /** Why it ended so, in one line; null where it is a success, or was not scored. */
  reason: (string | null)[];
  status: Place[];
  ended_by: (string | null)[];
  planned: Flag[];
  /** Planned; where nothing of its cell is planned, seen. */
  meant: Flag[];
  /** meant, and not failed by the infrastructure. */
  counted: Flag[];
  /** Its task has checks. */
  checked: Flag[];
  /** counted, and its outcome is known as far as its task has checks. */
  evaluated: Flag[];
  /** Left a trace. */
  traced: Flag[];
  /** Since 1970, UTC. */
  start_ms: (number | null)[];
  seconds: (number | null)[];
  turns: (number | null)[];
  /** Input and output, as the trace has them, scored or not. */
  tokens: (number | null)[];
  cost_usd: (number | null)[];
  answer: (Cut | null)[];
  /** In the order of the record: [id, passed (null: could not run), detail]; null: no record. */
  checks: ([string, boolean | null, string | null][] | null)[];
  trace_id: (string | null)[];
  /** Where its steps are: `blocks[block]`, at `row` in it; null: it has none. */
  block: (Place | null)[];
  row: (number | null)[];
  /** By score of level run. Not finite, not evaluated, nothing to judge: null. */
  values: Record<string, (number | null)[]>;
  /** Only of scores of kind pooled, and of attempts_per_operation. */
  numerators: Record<string, (number | null)[]>;
  n: Record<string, (number | null)[]>;
  /** By score: which runs had something to judge, and why it was not. Others: nothing to judge. */
  unevaluated: Record<string, { run: Place[]; reason: Place[]; failed: Flag[]; reasons: string[] }>;
}
