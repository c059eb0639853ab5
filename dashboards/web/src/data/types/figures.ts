/** What sides come to: values with their intervals, and the curves of reliability. */

export interface Estimate {
  value: number;
  /** Both null: no interval (one task, or all alike). One null: open on that side. */
  low: number | null;
  high: number | null;
  tasks: number;
  standard_error: number | null;
}

/** As `midspan compare --json` writes it. */
export interface Figure {
  side: string;
  estimate: Estimate | null;
  /** Over runs, of tokens, seconds and turns. */
  median: Estimate | null;
  tasks: number;
  runs: number;
  unevaluated: number;
  /** Why there is no estimate: "no success in 12 runs", "no value". */
  note: string | null;
}

export interface FigureTable {
  /**
   * The values of the axis, in the order of `axes` ("(none)": not recorded); names of `variants`;
   * ["all runs"].
   */
  sides: string[];
  /** By side, runs that count and of which nobody could tell how they did. */
  unjudged: number[];
  /** scores[i] has figures[i][side]. */
  scores: string[];
  figures: Figure[][];
  /** The same over the tasks that all sides did (for each score); null where there is one side. */
  shared: Figure[][] | null;
}

export interface Reliability {
  side: string;
  /** Trials drawn: 1, 2, ...; the lists below run along. */
  k: number[];
  pass_at: (Estimate | null)[];
  pass_hat: (Estimate | null)[];
  /** Tasks with fewer than k trials, which both leave out. */
  left_out: number[];
  tasks: number;
  /** The same over the tasks that all sides did; null where there is one side. */
  shared: { pass_at: (Estimate | null)[]; pass_hat: (Estimate | null)[] } | null;
}
