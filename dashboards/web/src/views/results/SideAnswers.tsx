/** What one side answered: each answer with its verdict and the runs that gave it. */

import { useMemo, useState } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { RunLink } from "../../components/RunLink.tsx";
import { usePages } from "../../components/usePages.ts";
import { tip } from "../../components/Tips.tsx";
import type { Document, Place } from "../../data/types.ts";
import { RecordedText } from "../../text/RecordedText.tsx";
import { TextsContext, textsOf } from "../../text/whole.ts";
import { line } from "../../text/visible.ts";
import { counted } from "../../words/amounts.ts";
import { outcomeWords } from "../../words/outcomes.ts";
import { reason as missing } from "../coverage/grid.ts";
import type { Answers, Group, Verdict } from "./answers.ts";

const PAGE = 12;

export function SideAnswers({ side, alone }: { side: Answers; alone: boolean }) {
  const { groups, passed, judged, runs } = side;
  const { shown, more } = usePages(groups, PAGE);
  return (
    <div class={alone ? "side-answers alone" : "side-answers"}>
      <header class={alone ? "hidden" : undefined}>
        <h3>
          <bdi>{line(side.name, 120)}</bdi>
        </h3>
        <p>
          {judged === 0 ? `${counted(runs, "run")}, none judged` : `${passed} of ${judged} passed`}
        </p>
      </header>
      <ul class="answer-groups">
        {shown.map((group) => (
          <AnswerGroup key={group.runs[0]} group={group} />
        ))}
        {shown.length < groups.length && (
          <li class="more">
            {shown.length} of {counted(groups.length, "answer")}
            <button type="button" class="plain" onClick={more}>
              Show more
            </button>
          </li>
        )}
      </ul>
    </div>
  );
}

const SIGNS: Record<Verdict, { sign: string; tone: string; title: string }> = {
  passed: { sign: "✓", tone: "holds", title: "Passed" },
  failed: { sign: "✗", tone: "fails", title: "Failed" },
  "no answer": { sign: "–", tone: "none", title: "No answer" },
  "not judged": { sign: "?", tone: "open", title: "Not judged" },
};

const MOST_RUNS = 6;

function AnswerGroup({ group }: { group: Group }) {
  const { document } = useReport();
  const { verdict, answer, outcome, reason, runs } = group;
  const { sign, tone, title } = SIGNS[verdict];
  const [all, setAll] = useState(false);
  const first = runs[0] ?? 0;
  const block = document.runs.block[first] ?? null;
  const texts = useMemo(() => textsOf(block, document.blocks), [block, document]);
  const shown = all ? runs : runs.slice(0, MOST_RUNS);
  const why =
    verdict === "passed"
      ? null
      : verdict === "not judged"
        ? missing(document, first).reason
        : reason;
  // How it ended, where the verdict alone does not say so.
  const ended = outcome !== null && !SAID.has(outcome) ? outcomeWords(outcome).title : null;
  return (
    <li class={`answer-group ${tone}`}>
      <span class="sign" aria-hidden="true">
        {sign}
      </span>
      <div class="answer">
        <p class="verdict">
          {title}
          {ended !== null && `, ${ended.toLowerCase()}`}
          {runs.length > 1 && `, ${counted(runs.length, "run")}`}
        </p>
        {answer !== null && (
          <TextsContext.Provider value={texts}>
            <RecordedText text={answer} prose plain />
          </TextsContext.Provider>
        )}
        {why !== null && (
          <p class="why">
            <bdi>{line(why, 240)}</bdi>
          </p>
        )}
      </div>
      <p class="given-by">
        {shown.map((run) => (
          <span key={run} {...tip(variantOf(document, run))}>
            <RunLink run={run}>
              {trialOf(document.runs.trial[run] ?? null, run, document.runs.id)}
              <span class="hidden"> of {variantOf(document, run)}</span>
            </RunLink>
          </span>
        ))}
        {shown.length < runs.length && (
          <button type="button" class="plain" onClick={() => setAll(true)}>
            {runs.length - shown.length} more
          </button>
        )}
      </p>
    </li>
  );
}

const SAID = new Set(["success", "wrong", "no_answer"]);

function variantOf({ variants, runs }: Document, run: Place): string {
  return line(variants[runs.variant[run] ?? -1]?.name ?? "", 120);
}

function trialOf(trial: number | null, run: Place, ids: string[]): string {
  return trial === null ? (ids[run] ?? "").slice(0, 8) : `trial ${trial}`;
}
