/** Where a step lies on the time of its run. */

import type { Span } from "./rows.ts";

/** In shares of the whole width. */
export interface Bar {
  left: number;
  width: number;
  /** It never ended: drawn up to the end of what is known. */
  open: boolean;
}

export interface Timeline {
  /** Milliseconds that the width stands for; at least 1 microsecond. */
  length: number;
  ticks: number[];
}

const SHORTEST = 0.001;

export function timeline(spans: Span[], wanted = 4): Timeline {
  const end = spans.reduce(
    (latest, { start_ms, duration_ms }) => Math.max(latest, start_ms + (duration_ms ?? 0)),
    0,
  );
  const length = Math.max(end, SHORTEST);
  return { length, ticks: ticks(length, wanted) };
}

export function bar(span: Span, { length }: Timeline): Bar {
  const left = clamp(span.start_ms / length);
  const open = span.duration_ms === null;
  const end = open ? 1 : clamp((span.start_ms + (span.duration_ms ?? 0)) / length);
  return { left, width: Math.max(end - left, 0), open };
}

/** Round times from 0 on, about as many as wanted, none beyond the end. */
export function ticks(length: number, wanted: number): number[] {
  const raw = length / Math.max(wanted, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= raw) ?? raw;
  const found: number[] = [];
  for (let at = 0; at * step <= length * (1 + 1e-9); at += 1) found.push(at * step);
  return found;
}

function clamp(share: number): number {
  return Math.min(Math.max(share, 0), 1);
}
