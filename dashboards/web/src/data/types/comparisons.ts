/** Two sides against each other, as `midspan compare --json` tells it. */

import type { Figure } from "./figures.ts";

export interface AxisComparisons {
  /** One for each value as the baseline (see `left_out`): `midspan compare --by AXIS`. */
  comparisons: CompareJson[];
  /** The baseline that `midspan compare` takes if none is named. */
  baseline: string;
  /** Baselines without a comparison, or with one of the main scores alone, and why. */
  left_out: { baseline: string; reason: string }[];
}

export type Verdict = "better" | "worse" | "different" | "no difference seen" | "insufficient";

/** `midspan compare --json`. Figures over shared tasks stand in `figures[axis].shared`. */
export interface CompareJson {
  by: string | null;
  sides: string[];
  contrasts: [baseline: string, side: string][];
  alpha: number;
  minimum_tasks: number;
  tests: number;
  only_shared: boolean;
  scores: ScoreComparison[];
  coverage: SideCoverage[];
  matrix: { task: string; done: [evaluated: number, planned: number][] }[];
  warnings: string[];
  notes: string[];
}

export interface ScoreComparison {
  name: string;
  unit: string;
  better: "higher" | "lower" | "none";
  description: string;
  primary: boolean;
  figures: Figure[];
  differences: Difference[];
}

export interface Difference {
  baseline: string;
  side: string;
  verdict: Verdict;
  before: number | null;
  value: number | null;
  low: number | null;
  high: number | null;
  share: number | null;
  p: number | null;
  p_adjusted: number | null;
  test: string | null;
  tasks: number;
  runs: [baseline: number, side: number];
  detectable: number | null;
  standard_error: number | null;
  /** Why it is insufficient. */
  reason: string | null;
  dropped: { side: string; tasks: string[] }[];
  flips: { task: string; before: [number, number]; after: [number, number]; passes: boolean }[];
}

export interface SideCoverage {
  side: string;
  planned: number;
  evaluated: number;
  infra: number;
  unscored: number;
  share: number | null;
}
