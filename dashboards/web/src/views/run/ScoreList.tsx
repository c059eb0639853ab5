/** What scorers say of a step: each with its reason. */

import { UNKNOWN, number } from "../../words/amounts.ts";
import { scoreTitle } from "../../words/scores.ts";
import { endWords, responseWords, ruleWords } from "../../words/steps.ts";
import { RecordedText } from "../../text/RecordedText.tsx";
import { line } from "../../text/visible.ts";
import { Part } from "./Part.tsx";
import type { RunSteps, StepScore } from "./rows.ts";
import { spanKey } from "./tree.ts";

interface Properties {
  scores: StepScore[];
  steps: RunSteps;
  onSelect: (key: string) => void;
}

export function ScoreList({ scores, steps, onSelect }: Properties) {
  if (scores.length === 0) return null;
  const ordered = scores.toSorted((a, b) => GRAVITY.indexOf(tone(a)) - GRAVITY.indexOf(tone(b)));
  return (
    <Part title="Scores and firings">
      <ul class="score-list">
        {ordered.map((score, place) => (
          <li key={place}>
            <p class="score-line">
              <bdi class="score-name">{line(scoreTitle(score.name), 80)}</bdi>
              <span class={`score-value ${tone(score)}`}>{valueWords(score)}</span>
              {score.source !== "code" && <span class="source">by {SOURCES[score.source]}</span>}
            </p>
            <Why score={score} />
            <Cited score={score} steps={steps} onSelect={onSelect} />
          </li>
        ))}
      </ul>
    </Part>
  );
}

function Why({ score }: { score: StepScore }) {
  const told = score.status === "ok" ? score.explanation : (score.reason ?? score.explanation);
  if (told === null) return null;
  return <RecordedText text={told} prose />;
}

/** The other steps that it rests on. */
function Cited({ score, steps, onSelect }: { score: StepScore } & Omit<Properties, "scores">) {
  const others = score.evidence.filter((place) => place !== score.span && steps.spans[place]);
  if (others.length === 0) return null;
  return (
    <p class="cited">
      Rests on{" "}
      {others.slice(0, 5).map((place) => (
        <button key={place} type="button" class="plain" onClick={() => onSelect(spanKey(place))}>
          step {place + 1}
        </button>
      ))}
      {others.length > 5 && ` and ${others.length - 5} more`}
    </p>
  );
}

const SOURCES: Record<StepScore["source"], string> = {
  code: "code",
  llm: "a model",
  human: "a person",
};

export function valueWords({ name, label, value, status }: StepScore): string {
  if (status === "not_evaluated") return "not evaluated";
  if (status === "failed") return "scorer failed";
  if (name === "response") return responseWords(label).title;
  if (name === "episode") return endWords(label ?? "").title;
  if (name === "call_ok" && label !== null) return ruleWords(label).title;
  if (label !== null) return line(label.replaceAll("_", " "), 60);
  return value === null ? UNKNOWN : number(value);
}

/** What is wrong stands first. */
const GRAVITY = ["bad", "good", "quiet"];

function tone({ name, value, label, status }: StepScore): string {
  if (status !== "ok" || value === null) return "quiet";
  if (name.startsWith("fired.") || label === "hint") return "quiet";
  if (label === "fail" || name === "loop" || name.startsWith("violation.")) return "bad";
  if (label === "extra") return "quiet";
  return value === 0 ? "bad" : "good";
}
