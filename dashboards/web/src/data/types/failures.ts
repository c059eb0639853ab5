/** The causes of failed runs, as `midspan failures --json` tells them. */

/** `midspan failures --json`. */
export interface Failures {
  failed: number;
  judged: number;
  outcomes: Record<string, number>;
  rules: { rule: string | null; runs: number }[];
  causes: Cause[];
}

export interface Cause {
  rule: string | null;
  response: string | null;
  markers: string[];
  signature: string | null;
  runs: number;
  /** Of the failed runs. */
  share: number;
  tasks: number;
  /** "12 wrong", the largest first. */
  outcomes: string[];
  models: string[];
  /** The id of a run. */
  example: string;
  /** The ids of all its runs, in order; the first is the example. */
  run_ids: string[];
}
