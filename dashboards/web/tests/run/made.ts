/** Steps of a run as a block holds them, with only that told what a test is about. */

import type { Calls, Spans, Steps, StepScores } from "../../src/data/types.ts";
import {
  rowsOf,
  type Call,
  type RunSteps,
  type Span,
  type StepScore,
} from "../../src/views/run/rows.ts";

const SPAN: Omit<Span, "place"> = {
  id: "s",
  trace: "t",
  parent: null,
  duplicate_of: null,
  kind: "tool",
  name: "execute_tool look",
  agent: null,
  turn: null,
  start_ms: 0,
  duration_ms: 1,
  status: "ok",
  error_type: null,
  error_message: null,
  provider: null,
  model: null,
  finish_reason: null,
  input_tokens: null,
  cache_read_tokens: null,
  cache_write_tokens: null,
  output_tokens: null,
  reasoning_tokens: null,
  cost_usd: null,
  ttft_ms: null,
  retry_of: null,
  notes: [],
  input: null,
  continues: null,
  output: null,
  reasoning: null,
};

const CALL: Call = {
  call: 0,
  span: null,
  emitted_span: null,
  turn: null,
  name: "look",
  agent: null,
  arguments: null,
  result: null,
  error_message: null,
  emitted: 1,
  executed: 1,
  failed: 0,
  fault: "none",
  fault_rule: null,
  transient: null,
  signature: null,
  translated: null,
};

const SCORE: StepScore = {
  span: null,
  call: null,
  name: "call_ok",
  value: null,
  label: null,
  explanation: null,
  evidence: [],
  status: "ok",
  reason: null,
  source: "code",
};

export interface Told {
  spans?: Partial<Span>[];
  calls?: Partial<Call>[];
  scores?: Partial<StepScore>[];
}

export function made({ spans = [], calls = [], scores = [] }: Told): RunSteps {
  return rowsOf(block([{ spans, calls, scores }]), 0);
}

export function block(runs: Told[]): Steps {
  return {
    runs: runs.map((_, place) => `run-${place}`),
    spans: columns(
      SPAN,
      runs.map((run) => run.spans ?? []),
    ) as unknown as Spans,
    calls: columns(
      CALL,
      runs.map((run) => run.calls ?? []),
    ) as unknown as Calls,
    scores: columns(
      SCORE,
      runs.map((run) => run.scores ?? []),
    ) as unknown as StepScores,
  };
}

function columns<Row extends object>(
  plain: Row,
  runs: Partial<Row>[][],
): Record<string, unknown[]> {
  const start = [0];
  for (const rows of runs) start.push((start.at(-1) ?? 0) + rows.length);
  const all = runs.flat().map((row) => ({ ...plain, ...row }));
  const names = Object.keys(plain) as (keyof Row & string)[];
  return { start, ...Object.fromEntries(names.map((name) => [name, all.map((row) => row[name])])) };
}
