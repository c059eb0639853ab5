/** Which runs the list shows: those that the filters let through, and the address asks for. */

import type { Report } from "../../app/context.ts";
import type { Asked } from "../../app/links.ts";
import type { Place, ScoreDeclaration } from "../../data/types.ts";
import { FAILURES, endedIn, isRated, outcomeOf } from "../../statistics/among.ts";
import { runsOfCauses } from "../../statistics/causes.ts";
import { Pairs } from "../../statistics/pairs.ts";
import { tasksOf } from "../../statistics/tasks.ts";
import { type Sought, sought } from "../../text/sought.ts";
import { outcomeWords } from "../../words/outcomes.ts";
import { ruleWords } from "../../words/steps.ts";
import { scoreTitle } from "../../words/scores.ts";
import {
  among as amongValues,
  conditionsOf as valueConditions,
  conditionWords,
  written,
} from "./conditions.ts";
import type { Condition } from "./conditions.ts";
import { holding } from "./found.ts";

export interface Selection {
  runs: Place[];
  score: ScoreDeclaration | undefined;
  /** What they were chosen by, in words, with what the address calls it. */
  conditions: {
    keys: (keyof Asked | "shared")[];
    words: string;
    /** Of values of scores: those that are left without it. */
    rest?: string;
  }[];
  /** Those of values of scores. */
  values: Condition[];
  /** What is looked for in them. */
  sought: Sought | null;
}

export function selected(report: Report): Selection {
  const { state, figures } = report;
  const asked: Asked = state.own;
  const score = asked.score === undefined ? undefined : report.score(asked.score);
  const holds = [...conditionsOf(report, asked)];
  const told = among(report, asked, score).filter((run) => holds.every((each) => each(run)));
  const looked = sought(asked.find);
  const found = looked === null ? told : holding(report.document, told, looked);
  const values = valueConditions(asked.where);
  const { runs, none } = amongValues(report.document, found, values, (name) => report.score(name));
  const conditions = [
    ...words(asked, figures.shared, score),
    ...values.map((each, place) => ({
      keys: ["where" as const],
      words: conditionWords(each, report.score(each.score), none[place] ?? 0),
      rest: written(values.filter((other) => other !== each)),
    })),
  ];
  return { runs, score, conditions, values, sought: looked };
}

function among(report: Report, asked: Asked, score: ScoreDeclaration | undefined): Place[] {
  const { chosen, figures } = report;
  const { side, against } = asked;
  if (side !== undefined && against !== undefined && score) {
    const pairs = new Pairs(report.document, chosen, figures.by, against, side);
    return pairs.behind(score, "after");
  }
  const place = side === undefined ? null : figures.sides.indexOf(side);
  if (score) return figures.behind(score, place);
  if (place === null) return figures.shared ? figures.runs() : chosen;
  return figures.runs().filter((run) => figures.sideOf(run) === place);
}

function* conditionsOf(
  { document, figures }: Report,
  asked: Asked,
): Generator<(run: Place) => boolean> {
  const { runs } = document;
  const { ended, rated, of: task } = asked;
  if (ended !== undefined) yield (run) => outcomeOf(document, run) === ended;
  if (rated !== undefined) {
    const isIn = isRated(document, figures.runs());
    yield (run) => runs.meant[run] === 1 && isIn(run) === (rated === "yes");
  }
  if (asked.failed !== undefined) yield endedIn(document, FAILURES);
  if (asked.cause !== undefined || asked.rule !== undefined || asked.tool !== undefined) {
    const found = runsOfCauses(document, asked);
    yield (run) => found.has(run);
  }
  if (task !== undefined) {
    const place = tasksOf(document).names.indexOf(task);
    yield (run) => tasksOf(document).ofRun(run) === place;
  }
}

function words(
  asked: Asked,
  shared: boolean,
  score: ScoreDeclaration | undefined,
): Selection["conditions"] {
  const { side, against, ended, rated, rule, tool, cause, of: task, failed } = asked;
  const apart = rated === "no" ? ", in no rate" : "";
  const found: (Selection["conditions"][number] | false)[] = [
    score !== undefined && { keys: ["score"], words: `with a figure of ${scoreTitle(score.name)}` },
    against !== undefined && { keys: ["against"], words: `with a counterpart of ${against}` },
    side !== undefined && { keys: ["side", "against"], words: side },
    ended !== undefined && {
      keys: ["ended", "rated"],
      words: `${outcomeWords(ended).title}${apart}`,
    },
    rated !== undefined &&
      ended === undefined && {
        keys: ["rated"],
        words: rated === "no" ? "in no rate" : "in the share of success",
      },
    failed !== undefined && { keys: ["failed"], words: "failed" },
    rule !== undefined && {
      keys: tool === "" ? ["rule", "tool"] : ["rule"],
      words: ruleWords(rule === "none" ? null : rule).title,
    },
    Boolean(tool) && { keys: ["tool"], words: `in ${tool}` },
    cause !== undefined && { keys: ["cause"], words: "of one cause" },
    task !== undefined && { keys: ["of"], words: task },
    shared && against === undefined && { keys: ["shared"], words: "of shared tasks" },
  ];
  return found.filter((each) => each !== false);
}
