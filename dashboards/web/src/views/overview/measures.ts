/** What single runs can be laid out by, and how they lie. */

import { groups } from "../../statistics/groups.ts";
import type { Document, Place, ScoreDeclaration } from "../../data/types.ts";

/** Counts and amounts of runs; not shares, which are mostly 0 or 1. */
export function measures(document: Document): ScoreDeclaration[] {
  const usual = ["tokens", "seconds", "turns", "tool_calls", "cost_usd"];
  const rank = ({ name }: ScoreDeclaration) => usual.indexOf(name) + 1 || usual.length + 1;
  return document.scores
    .filter(({ name, level, share, unit }) => {
      if (level !== "run" || share || unit === "label") return false;
      return document.runs.values[name]?.some((value) => value !== null) ?? false;
    })
    .toSorted((a, b) => rank(a) - rank(b));
}

export interface Point {
  run: Place;
  side: string;
  value: number;
}

export interface Box {
  side: string;
  runs: number;
  low: number;
  first: number;
  middle: number;
  third: number;
  high: number;
}

/** What lies where: of the middle half, and from the 5th of a hundred to the 95th. */
export function boxes(sides: string[], points: Point[]): Box[] {
  return sides.flatMap((side) => {
    const values = points
      .filter((point) => point.side === side)
      .map(({ value }) => value)
      .sort((a, b) => a - b);
    if (values.length === 0) return [];
    const at = (share: number) => quantile(values, share);
    return {
      side,
      runs: values.length,
      low: at(0.05),
      first: at(0.25),
      middle: at(0.5),
      third: at(0.75),
      high: at(0.95),
    };
  });
}

interface Density {
  side: string;
  from: number;
  to: number;
  /** Of the fullest. */
  share: number;
}

const BINS = 80;

/** How many runs lie where, for more of them than points can show. */
export function densities(points: Point[], log: boolean): Density[] {
  const onScale = log ? Math.log10 : (value: number) => value;
  const back = log ? (value: number) => 10 ** value : (value: number) => value;
  const values = points.map(({ value }) => onScale(value));
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  const width = (high - low) / BINS || 1;
  const found: Density[] = [];
  for (const [side, of] of groups(points, (point) => point.side)) {
    const bins = groups(of, ({ value }) =>
      Math.min(BINS - 1, Math.floor((onScale(value) - low) / width)),
    );
    const most = Math.max(...[...bins.values()].map((bin) => bin.length));
    for (const [bin, { length }] of bins) {
      const from = low + bin * width;
      const share = 0.12 + 0.68 * Math.sqrt(length / most);
      found.push({ side, from: back(from), to: back(from + width), share });
    }
  }
  return found;
}

/** Between two values of a sorted list, in proportion. */
export function quantile(sorted: number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below] ?? NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? NaN;
  return low + (place - below) * (high - low);
}
