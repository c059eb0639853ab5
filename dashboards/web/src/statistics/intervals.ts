/**
 * Intervals for figures over tasks. The task is the cluster: its trials are no new tasks.
 *
 * As `midspan.scorers.statistics.intervals` has them, step by step.
 */

import type { Estimate } from "../data/types.ts";
import { quantile } from "./student.ts";

const LEVEL = 0.95;

/** The mean of task means, with a t interval over tasks. */
export function meanOverTasks(means: number[]): Estimate {
  const tasks = means.length;
  const value = mean(means);
  if (tasks < 2) return { value, low: null, high: null, tasks, standard_error: null };
  const error = standardError(means);
  const reach = quantile((1 + LEVEL) / 2, tasks - 1) * error;
  return { value, low: value - reach, high: value + reach, tasks, standard_error: error };
}

/** The mean of the tasks' success rates, with Wilson's interval on the effective n. */
export function shareOverTasks(means: number[], trials: number[]): Estimate {
  const plain = meanOverTasks(means);
  const { value: p, tasks, standard_error: error } = plain;
  if (error === null) return plain;
  const spread = p * (1 - p);
  // Where all succeed, or none, nothing tells the effective n, and every task counts once.
  const effective = error > 0 && spread > 0 ? Math.min(spread / error ** 2, sum(trials)) : tasks;
  const z = quantile((1 + LEVEL) / 2, tasks - 1);
  const share = z ** 2 / effective;
  const middle = (p + share / 2) / (1 + share);
  const reach = (z * Math.sqrt(spread / effective + share / (4 * effective))) / (1 + share);
  return {
    value: p,
    low: p > 0 ? Math.max(0, middle - reach) : 0,
    high: p < 1 ? Math.min(1, middle + reach) : 1,
    tasks,
    standard_error: error,
  };
}

/** The standard error of the mean of one value a task; 0 where all are alike. */
function standardError(values: number[]): number {
  const low = Math.min(...values);
  const high = Math.max(...values);
  // Sums of the same numbers in another order differ in their last digits.
  if (high - low <= 1e-12 * Math.max(Math.abs(low), Math.abs(high))) return 0;
  const middle = mean(values);
  const squares = sum(values.map((value) => (value - middle) ** 2));
  return Math.sqrt(squares / (values.length - 1)) / Math.sqrt(values.length);
}

/** An interval of no width would look like certainty. */
export function unsure(found: Estimate): Estimate {
  if (found.low === null || found.high === null) return found;
  const width = Math.abs(found.high - found.low);
  return width > 1e-12 * Math.abs(found.value) ? found : { ...found, low: null, high: null };
}

/** A share is nowhere below nothing or above all. */
export function within(found: Estimate): Estimate {
  if (found.low === null || found.high === null) return found;
  const low = Math.min(found.value, 0);
  const high = Math.max(found.value, 1);
  return { ...found, low: Math.max(low, found.low), high: Math.min(high, found.high) };
}

export function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function mean(values: number[]): number {
  return sum(values) / values.length;
}

export function median(values: number[]): number {
  const ordered = Float64Array.from(values).sort();
  const half = ordered.length >> 1;
  const upper = ordered[half] ?? NaN;
  return ordered.length % 2 ? upper : ((ordered[half - 1] ?? NaN) + upper) / 2;
}
