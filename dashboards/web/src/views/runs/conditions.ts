/** What values of scores are asked of runs, and how the address says it. */

import type { Document, Place, ScoreDeclaration } from "../../data/types.ts";
import { number } from "../../words/amounts.ts";
import { scoreTitle } from "../../words/scores.ts";
import { valuesOf } from "./value.ts";

export interface Condition {
  score: string;
  way: Way;
  /** As the score is told in tables: a share is between 0 and 1. */
  than: number;
}

export type Way = ">=" | "<=";

const ONE = /^([^\s<>=]+)\s*(>=|<=)\s*(-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/i;

/** Those of an address; what is no condition, or is of no finite number, is passed over. */
export function conditionsOf(text: string | undefined): Condition[] {
  return (text ?? "").split(/\s+and\s+/i).flatMap((each): Condition[] => {
    const [, score = "", way = "", than = ""] = ONE.exec(each.trim()) ?? [];
    const value = Number(than);
    return score === "" || !Number.isFinite(value) ? [] : [{ score, way: way as Way, than: value }];
  });
}

export function written(conditions: Condition[]): string {
  return conditions.map(({ score, way, than }) => `${score}${way}${than}`).join(" and ");
}

/** With one more; of the same score and way the new one stays, of what is so or not of any way. */
export function withCondition(
  conditions: Condition[],
  added: Condition,
  { unit }: ScoreDeclaration,
): Condition[] {
  const others = conditions.filter(
    ({ score, way }) => score !== added.score || (way !== added.way && unit !== "0/1"),
  );
  return [...others, added];
}

/** Scores that single runs have, of which some have a value. */
export function asked(document: Document): ScoreDeclaration[] {
  return document.scores.filter((score) => {
    if (score.unit === "label" || SEVERAL.has(score.kind)) return false;
    const { of } = valuesOf(document, score);
    return document.runs.id.some((_, run) => of(run) !== null);
  });
}

/** Of what kind a score is that only several runs have together. */
const SEVERAL = new Set(["per_success", "reliability", "step_ratio"]);

export interface Asked {
  runs: Place[];
  /** By condition, how many runs that are so in all that is asked of other scores have no value. */
  none: number[];
}

/** The runs that are so; what has no value is not among them, whichever way is asked. */
export function among(
  document: Document,
  runs: Place[],
  conditions: Condition[],
  declared: (name: string) => ScoreDeclaration | undefined,
): Asked {
  const tests = conditions.map(({ score: name, way, than }) => {
    const score = declared(name);
    const of = score ? valuesOf(document, score).of : () => null;
    return (run: Place): boolean | null => {
      const value = of(run);
      return value === null ? null : way === ">=" ? value >= than : value <= than;
    };
  });
  const none = conditions.map(() => 0);
  const found = runs.filter((run) => {
    const held = tests.map((test) => test(run));
    const fails = new Set(conditions.flatMap(({ score }, at) => (held[at] === true ? [] : score)));
    if (fails.size === 1) {
      for (const [at, each] of held.entries()) if (each === null) none[at] = (none[at] ?? 0) + 1;
    }
    return fails.size === 0;
  });
  return { runs: found, none };
}

/** "Recovered ≥ 50 %; 12 have none". */
export function conditionWords(
  { score: name, way, than }: Condition,
  score: ScoreDeclaration | undefined,
  none: number,
): string {
  const without = none === 0 ? "" : `; ${number(none)} ${none === 1 ? "has" : "have"} none`;
  if (score?.unit === "0/1" && than === (way === ">=" ? 1 : 0)) {
    return `${scoreTitle(name)}: ${than === 1 ? "yes" : "no"}${without}`;
  }
  const sign = way === ">=" ? "≥" : "≤";
  return `${scoreTitle(name)} ${sign} ${limit(than, score?.unit ?? "")}${without}`;
}

/** A number as it was asked for, not rounded to what a glance takes. */
function limit(value: number, unit: string): string {
  const { factor, before, behind } = unitOf(unit);
  return `${before}${number(value * factor)}${behind && `\u202f${behind}`}`;
}

/** How a limit is written: by how much more than it is kept, and what stands around it. */
export function unitOf(unit: string): { factor: number; before: string; behind: string } {
  if (unit === "share" || unit === "0/1") return { factor: 100, before: "", behind: "%" };
  if (unit === "seconds") return { factor: 1, before: "", behind: "s" };
  if (unit === "USD") return { factor: 1, before: "$", behind: "" };
  return { factor: 1, before: "", behind: "" };
}
