/** What a report is drawn from: what it is of, its tasks and scores, and where the rest is. */

import type { Axis, Dimension, Pivot, Place } from "./basics.ts";
import type { AxisComparisons } from "./comparisons.ts";
import type { Failures } from "./failures.ts";
import type { FigureTable, Reliability } from "./figures.ts";
import type { Runs } from "./runs.ts";

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
  /** Only of what has two values or more. */
  comparisons: Partial<Record<Dimension, AxisComparisons>>;
  /** `all` and `variant` always; axes with two values or more, experiments where there are several. */
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
  /**
   * Where the report is of several, a task that more than one ran stands here once for each; figures
   * count it once, by its name.
   */
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
