/** Documents made of a few runs, each told in a line. */

import type { Document, Place, ScoreDeclaration } from "../../src/data/types.ts";

export interface Made {
  task: string | null;
  experiment?: string;
  model?: string;
  revision?: string;
  outcome?: string;
  tokens?: number;
}

export const OUTCOMES = ["success", "wrong", "budget", "infra", "unscored"];

export const SUCCESS = declared("success", "rate", "0/1");
export const TOKENS = declared("tokens", "mean", "tokens");
export const TOKENS_PER_SUCCESS = declared("tokens_per_success", "per_success", "tokens");
export const ERROR_RATE = declared("error_rate", "rate", "share");

export function made(runs: Made[], causes: [rule: string | null, runs: number[]][] = []): Document {
  const of = (name: "experiment" | "model" | "revision") =>
    [...new Set(runs.map((run) => run[name] ?? "one"))].sort();
  const [experiments, model, revision] = [of("experiment"), of("model"), of("revision")];
  const tasks = new Map<string, { id: string; experiment: Place; tags: string[]; set: null }>();
  const keyOf = ({ experiment = "one", task }: Made) => `${experiment}/${task}`;
  for (const run of runs) {
    const experiment = experiments.indexOf(run.experiment ?? "one");
    if (run.task !== null) {
      tasks.set(keyOf(run), { id: run.task, experiment, tags: [], set: null });
    }
  }
  const variants = model.flatMap((first, at) =>
    revision.map((second, place) => ({
      name: `${first} · ${second}`,
      model: at,
      revision: place,
      tier: null,
      harness: null,
    })),
  );
  const names = [...tasks.keys()];
  const column = (name: "model" | "revision", values: string[]) =>
    runs.map((run) => values.indexOf(run[name] ?? "one"));
  const outcome = runs.map((run) => OUTCOMES.indexOf(run.outcome ?? "success"));
  const counted = outcome.map((each) => Number(OUTCOMES[each] !== "infra"));
  return {
    experiments,
    axes: { model, revision, tier: [], harness: [] },
    variants,
    tasks: [...tasks.values()],
    outcomes: OUTCOMES,
    scores: [SUCCESS, TOKENS, TOKENS_PER_SUCCESS, ERROR_RATE],
    failures: {
      failed: 0,
      judged: 0,
      outcomes: {},
      rules: [],
      causes: causes.map(([rule, of]) => ({
        rule,
        response: null,
        markers: [],
        signature: null,
        runs: of.length,
        share: 0,
        tasks: 0,
        outcomes: [],
        models: [],
        example: `run-${of[0]}`,
        run_ids: of.map((run) => `run-${run}`),
      })),
    },
    runs: {
      id: runs.map((_, place) => `run-${place}`),
      experiment: runs.map((run) => experiments.indexOf(run.experiment ?? "one")),
      task: runs.map((run) => (run.task === null ? null : names.indexOf(keyOf(run)))),
      model: column("model", model),
      revision: column("revision", revision),
      tier: runs.map(() => null),
      harness: runs.map(() => null),
      variant: runs.map(
        (run) =>
          model.indexOf(run.model ?? "one") * revision.length +
          revision.indexOf(run.revision ?? "one"),
      ),
      outcome,
      meant: runs.map(() => 1),
      counted,
      checked: runs.map(() => 1),
      turns: runs.map(() => null),
      values: { tokens: runs.map((run) => run.tokens ?? null) },
      numerators: {},
      n: {},
      unevaluated: {},
    },
  } as unknown as Document;
}

function declared(name: string, kind: ScoreDeclaration["kind"], unit: string): ScoreDeclaration {
  const share = unit === "0/1" || unit === "share";
  return {
    name,
    kind,
    unit,
    better: "none",
    says: "",
    level: "run",
    family: "",
    headline: false,
    share,
  };
}
