/**
 * The document that a report is drawn from, and the blocks of steps that lie beside it.
 *
 * Columns, not rows: `runs.task[7]` is the place in `tasks` of the task of the 8th run. `null` is
 * unknown or not applicable, never 0. Every text may be anything that an agent wrote: it is data,
 * and is put into the page as text alone.
 */

export type Axis = "model" | "revision" | "tier" | "harness";
export type Pivot = Axis | "variant" | "all";
export type Flag = 0 | 1;
/** A place in a list of the document. */
export type Place = number;

export interface Document {
  format: 1;
  title: string;
  /** ISO 8601, UTC. */
  made: string;
  /** The version that made it. */
  midspan: string;
  workspace: string;
  suite: string | null;
  profile: string | null;
  experiments: string[];
  /** The values of each axis, in the order of the plan, then by name; [] where none is recorded. */
  axes: Record<Axis, string[]>;
  /** Model x revision x tier x harness as they ran, in the order of the axes. */
  variants: Variant[];
  tasks: Task[];
  /** Every outcome there is, in the order in which they are told. */
  outcomes: string[];
  /** Of `runs.status`. */
  statuses: string[];
  counts: Counts;
  scores: ScoreDeclaration[];
  runs: Runs;
  /** Only axes with two values or more. */
  comparisons: Partial<Record<Axis, AxisComparisons>>;
  /** `all` and `variant` always; axes with two values or more. */
  figures: Partial<Record<Pivot, FigureTable>>;
  /** As `figures`; lists are empty where no task has checks. */
  reliability: Partial<Record<Pivot, Reliability[]>>;
  failures: Failures;
  servers: Server[];
  /** What the blocks of steps hold, by their number. */
  blocks: Block[];
  /** What a reader should know: faults that were left, judged by a changed suite... */
  notes: string[];
}

export interface Variant {
  /** The values of the axes that tell variants apart, joined by " · "; "all runs" if none does. */
  name: string;
  model: Place | null;
  revision: Place | null;
  tier: Place | null;
  harness: Place | null;
}

export interface Counts {
  /** Rows of the table of runs. */
  runs: number;
  /** Runs that figures are out of: those planned, else those seen (`runs.meant`). */
  meant: number;
  /** Left a trace. */
  seen: number;
  /** Left out of every denominator. */
  infra: number;
  /** meant - infra (`runs.counted`). */
  counted: number;
  /** Of the counted, those whose outcome is known, as far as their task has checks. */
  evaluated: number;
  /** Left a trace, and no scorer has said anything of them. */
  unscored: number;
  /** Spans that could not be read. */
  quarantined: number;
  failed_scorers: { name: string; reason: string; runs: number }[];
}

export interface Task {
  id: string;
  /** The experiment, where the report is of several; figures then call it "experiment/task". */
  experiment: Place;
  set: "regression" | "capability" | null;
  prompt: string | null;
  /** Where the prompt stood; a trace shows what the agent was told first. */
  prompt_from: "suite" | "trace" | null;
  tags: string[];
  files: TaskFile[];
  /** Those of the suite; without a suite those that runs recorded. */
  checks: { id: string; kind: string; says: string }[];
  /** json, regex, choice, number, python, none. */
  answer: string;
  /** In a word or two how many calls are expected, and in which order; null: none are compared. */
  expected_calls: string | null;
}

export interface TaskFile {
  path: string;
  kind: "text" | "image" | "audio" | "other";
  bytes: number | null;
  /** The beginning of a text, a data: URI of a small image; null: not at hand, or too large. */
  preview: string | null;
}

export interface ScoreDeclaration {
  name: string;
  /** "0/1", "share", "count", "tokens", "seconds", "USD", "ratio", ... */
  unit: string;
  better: "higher" | "lower" | "none";
  /** One sentence. */
  says: string;
  /** run: `runs.values` has it. cell: computed of several runs (tokens_per_success, pass_hat_3). */
  level: "run" | "cell";
  /** A title such as "Error recovery", in reading order together with the list itself. */
  family: string;
  headline: boolean;
  /** 0..1, to be shown in percent. */
  share: boolean;
  /** Which interval a figure has; see `figure` below. */
  kind: "rate" | "mean" | "pooled" | "per_success" | "reliability" | "step_ratio";
}

/**
 * All runs: by experiment, task (by name), variant and trial.
 *
 * How a figure comes about (so that a filter can be answered without asking again): a *cell* is
 * the counted runs of one experiment, task and variant.
 * - mean (and rate): the mean of `values` over the runs of each cell that have one; then over the
 *   cells of each task; then over tasks. `success` is of the runs with `counted` and `checked`,
 *   `error_rate` of those with `counted`, `infra_rate` of those with `meant`.
 * - pooled: sum of `numerator` / sum of `n`, over all cells; where a cell has a value whose
 *   numerator is null, its mean counts as for a mean.
 * - per_success: sum of the value over counted runs with `checked` / their successes.
 * Intervals: rate = Wilson on the effective n; mean = Student's t over tasks; all others are
 * drawn anew 10,000 times, and are known for the unfiltered report alone.
 */
export interface Runs {
  id: string[];
  experiment: Place[];
  task: (Place | null)[];
  model: (Place | null)[];
  revision: (Place | null)[];
  tier: (Place | null)[];
  harness: (Place | null)[];
  variant: Place[];
  trial: (number | null)[];
  launch: number[];
  outcome: (Place | null)[];
  /** Why it ended so, in one line; null where it is a success, or was not scored. */
  reason: (string | null)[];
  status: Place[];
  ended_by: (string | null)[];
  planned: Flag[];
  /** Planned; where nothing of its cell is planned, seen. */
  meant: Flag[];
  /** meant, and not failed by the infrastructure. */
  counted: Flag[];
  /** Its task has checks. */
  checked: Flag[];
  /** counted, and its outcome is known as far as its task has checks. */
  evaluated: Flag[];
  /** Left a trace. */
  traced: Flag[];
  /** Since 1970, UTC. */
  start_ms: (number | null)[];
  seconds: (number | null)[];
  turns: (number | null)[];
  /** Input and output, as the trace has them, scored or not. */
  tokens: (number | null)[];
  cost_usd: (number | null)[];
  answer: (Cut | null)[];
  /** In the order of the record: [id, passed (null: could not run), detail]; null: no record. */
  checks: ([string, boolean | null, string | null][] | null)[];
  trace_id: (string | null)[];
  /** Where its steps are: `blocks[block]`, at `row` in it; null: it has none. */
  block: (Place | null)[];
  row: (number | null)[];
  /** By score of level run. Not finite, not evaluated, nothing to judge: null. */
  values: Record<string, (number | null)[]>;
  /** Only of scores of kind pooled, and of attempts_per_operation. */
  numerators: Record<string, (number | null)[]>;
  n: Record<string, (number | null)[]>;
  /** By score: which runs had something to judge, and why it was not. Others: nothing to judge. */
  unevaluated: Record<string, { run: Place[]; reason: Place[]; failed: Flag[]; reasons: string[] }>;
}

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

export interface Server {
  name: "phoenix" | "mlflow";
  /** The templates hold {span} and {trace}; null: there is no such page. */
  span: string | null;
  trace: string | null;
  /** The runs whose spans are there. */
  runs: Place[];
}

export interface Block {
  /** Null: in the page, `<script data-block="N">`. Else the script that gives it to the page. */
  file: string | null;
  /** The script with the full texts of what was cut; null: nothing was. */
  texts: string | null;
}

/** A text as it is; or its beginning, with where the rest of it is. */
export type Cut = string | { cut: string; length: number; key: string };

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

declare global {
  interface Window {
    /** What scripts beside the page call; the base64 of the gzip of JSON. */
    midspan: {
      block(number: number, content: string): void;
      texts(number: number, content: string): void;
    };
  }
}
