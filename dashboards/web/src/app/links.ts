/** The way from a figure to the runs that it stands on. */

import type { ScoreDeclaration } from "../data/types.ts";
import type { By } from "../state/state.ts";
import { address, useReport } from "./context.ts";

/** What the list of runs is of, in the address; all that is left out lets every run through. */
export interface Asked {
  score?: string;
  /** One of those that the runs are shown by. */
  side?: string;
  /** Of two compared sides the other one: then only runs with a counterpart. */
  against?: string;
  /** An outcome; the names of filters are taken. */
  ended?: string;
  /** Whether the share of success is of them. */
  rated?: "yes" | "no";
  /** A cause of failures, by its example. */
  cause?: string;
  /** A fault, as the address of the view of failures calls it. */
  rule?: string;
  /** With a fault: the tool that failed; empty: none did. */
  tool?: string;
  /** Only those that failed. */
  failed?: "yes";
  /** A task, by its name. */
  of?: string;
  /** Words that they hold. */
  find?: string;
  /** Values that scores are to have: "tokens>=1000 and recovery_rate<=0.5". */
  where?: string;
  /** The order of the list: "-tokens" begins with the most. */
  sort?: string;
}

/** Gives the address of the list of some runs, shown by what the figures beside are. */
export function useRunsLink(): (asked: Asked, by?: By) => string {
  const { state, figures } = useReport();
  return (asked, by = figures.by) => address(state, { view: "runs", by, own: { ...asked } });
}

/** The same of a score's figure on a side. */
export function useBehind(): (score: ScoreDeclaration | undefined, side: string) => string {
  const link = useRunsLink();
  return (score, side) => link(score ? { score: score.name, side } : { side });
}
