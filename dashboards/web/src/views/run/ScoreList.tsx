/** What scorers say of a step: each with its reason. */

import { Marked } from "../../text/Marked.tsx";
import { RecordedText } from "../../text/RecordedText.tsx";
import { Part } from "./Part.tsx";
import type { RunSteps, StepScore } from "./rows.ts";
import { nameWords, valueWords, whyOf } from "./scoreWords.ts";
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
              <bdi class="score-name">
                <Marked text={nameWords(score)} />
              </bdi>
              <span class={`score-value ${tone(score)}`}>
                <Marked text={valueWords(score)} />
              </span>
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
  const told = whyOf(score);
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

/** What is wrong stands first. */
const GRAVITY = ["bad", "good", "quiet"];

function tone({ name, value, label, status }: StepScore): string {
  if (status !== "ok" || value === null) return "quiet";
  if (name.startsWith("fired.") || label === "hint") return "quiet";
  if (label === "fail" || name === "loop" || name.startsWith("violation.")) return "bad";
  if (label === "extra") return "quiet";
  return value === 0 ? "bad" : "good";
}
