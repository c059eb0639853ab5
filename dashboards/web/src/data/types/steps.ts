/** The steps of runs, in blocks that lie beside the document. */

import type { Cut, Flag, Place } from "./basics.ts";

/**
 * The steps of some runs. Three tables of columns; the rows of `runs[i]` are those from
 * `start[i]` up to `start[i + 1]` of each. Places of spans are counted within their run.
 */
export interface Steps {
  runs: string[];
  spans: Spans;
  calls: Calls;
  scores: StepScores;
}

/** Steps as a block holds them: of each text that is cut the beginning. */
export interface PackedSteps {
  runs: string[];
  spans: Spans & Cuts;
  calls: Calls & Cuts;
  scores: StepScores & Cuts;
}

interface Cuts {
  /** By column and row: how long the whole text is. */
  cut: Record<string, Record<string, number>>;
}

/** In order of start. What only repeats another span is here as well, and says so. */
export interface Spans {
  start: number[];
  id: string[];
  trace: string[];
  parent: (Place | null)[];
  /** The span that it repeats (a wrapper, the wire); it counts for nothing. */
  duplicate_of: (Place | null)[];
  kind: ("agent" | "llm" | "tool" | "chain" | "retriever" | "other")[];
  name: string[];
  agent: (string | null)[];
  turn: (number | null)[];
  /** Milliseconds after the first span of the run began. */
  start_ms: number[];
  /** Null: it never ended. */
  duration_ms: (number | null)[];
  status: ("ok" | "error" | "unset")[];
  error_type: (string | null)[];
  error_message: (Cut | null)[];
  provider: (string | null)[];
  /** As asked for, else as answered. */
  model: (string | null)[];
  finish_reason: (string | null)[];
  /** input_tokens holds the cached ones; new = input - cache_read - cache_write. */
  input_tokens: (number | null)[];
  cache_read_tokens: (number | null)[];
  cache_write_tokens: (number | null)[];
  output_tokens: (number | null)[];
  reasoning_tokens: (number | null)[];
  cost_usd: (number | null)[];
  ttft_ms: (number | null)[];
  /** Of a repeated request: the span it repeats. */
  retry_of: (Place | null)[];
  notes: string[][];
  /**
   * LLM: its messages, as JSON where they were recorded so; else what went in. What went into a
   * tool, and came out of it, stands in its call.
   */
  input: (Cut | null)[];
  /**
   * The LLM call before it, with whose messages, or the last of them, it begins: they are left out.
   * Null: all of its messages are shown.
   */
  continues: (Place | null)[];
  /** LLM: what the model said beside its calls; else what came out. */
  output: (Cut | null)[];
  reasoning: (Cut | null)[];
}

/** Logical calls, in their order. */
export interface Calls {
  start: number[];
  call: number[];
  /** Where it ran, else who asked for it. */
  span: (Place | null)[];
  emitted_span: (Place | null)[];
  turn: (number | null)[];
  name: string[];
  agent: (string | null)[];
  arguments: (Cut | null)[];
  result: (Cut | null)[];
  error_message: (Cut | null)[];
  emitted: Flag[];
  executed: Flag[];
  failed: (Flag | null)[];
  /** "none", "model.bad_arguments", ...; null: nothing to judge. */
  fault: (string | null)[];
  fault_rule: (string | null)[];
  transient: (Flag | null)[];
  signature: (string | null)[];
  /** The form it was told in, where it came as text. */
  translated: (string | null)[];
}

/**
 * What scorers say. About the run: span and call are null. `response` rows say how a failure was
 * answered, `episode` rows (on the call that failed first) how it ended: evidence are the spans of
 * the retries in between, `fired.NAME` and `violation.NAME` rows are firings on a step.
 */
export interface StepScores {
  start: number[];
  span: (Place | null)[];
  call: (number | null)[];
  name: string[];
  value: (number | null)[];
  label: (string | null)[];
  explanation: (Cut | null)[];
  evidence: Place[][];
  status: ("ok" | "not_evaluated" | "failed")[];
  reason: (string | null)[];
  source: ("code" | "llm" | "human")[];
}

/** What `report-files/text-N.js` gives: the full texts of a block, by the key of the cut one. */
export type Texts = Record<string, string>;
