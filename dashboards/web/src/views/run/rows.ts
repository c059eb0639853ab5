/** The steps of one run as rows: those of its block stand there as columns. */

import type { Calls, Place, Spans, Steps, StepScores } from "../../data/types.ts";

type Row<Table> = {
  [Column in Exclude<keyof Table, "start">]: Table[Column] extends (infer Value)[] ? Value : never;
};

export type Span = Row<Spans> & { place: Place };
export type Call = Row<Calls>;
export type StepScore = Row<StepScores>;

export interface RunSteps {
  spans: Span[];
  calls: Call[];
  scores: StepScore[];
}

/** The spans, calls and scores of the run at `row` of its block. */
export function rowsOf(steps: Steps, row: number): RunSteps {
  return {
    spans: rows<Row<Spans>>(steps.spans, row).map((span, place) => ({ ...span, place })),
    calls: rows<Call>(steps.calls, row),
    scores: rows<StepScore>(steps.scores, row),
  };
}

function rows<R>(table: { start: number[] }, row: number): R[] {
  const { start, ...columns } = table;
  const from = start[row] ?? 0;
  const until = start[row + 1] ?? from;
  const named = Object.entries(columns as Record<string, unknown[]>);
  return Array.from(
    { length: until - from },
    (_, index) =>
      Object.fromEntries(named.map(([name, column]) => [name, column[from + index]])) as R,
  );
}
