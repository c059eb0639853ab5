/** Asks for the runs with a score above or below some value. */

import { useId, useRef, useState } from "preact/hooks";
import { Choose } from "../../components/Choose.tsx";
import { Segments } from "../../components/Segments.tsx";
import { useClosing } from "../../components/useClosing.ts";
import type { ScoreDeclaration } from "../../data/types.ts";
import { scoreTitle } from "../../words/scores.ts";
import { unitOf } from "./conditions.ts";
import type { Condition, Way } from "./conditions.ts";

interface Properties {
  scores: ScoreDeclaration[];
  onAdd: (condition: Condition, score: ScoreDeclaration) => void;
}

export function ScoreCondition({ scores, onAdd }: Properties) {
  const menu = useRef<HTMLDetailsElement>(null);
  const [open, setOpen] = useState(false);
  useClosing(menu, open);
  const add: Properties["onAdd"] = (condition, score) => {
    onAdd(condition, score);
    if (menu.current) menu.current.open = false;
    menu.current?.querySelector("summary")?.focus();
  };
  return (
    <details ref={menu} class="menu" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Score</summary>
      {open && (
        <div class="panel">
          <Form scores={scores} onAdd={add} />
        </div>
      )}
    </details>
  );
}

const WAYS: { value: Way; title: string }[] = [
  { value: ">=", title: "at least" },
  { value: "<=", title: "at most" },
];
const ANSWERS = [
  { value: "yes", title: "Yes" },
  { value: "no", title: "No" },
];

function Form({ scores, onAdd }: Properties) {
  const [name, setName] = useState(scores[0]?.name ?? "");
  const [way, setWay] = useState<Way>(">=");
  const [answer, setAnswer] = useState("yes");
  const [written, setWritten] = useState("");
  const id = useId();
  const score = scores.find((each) => each.name === name);
  const isFlag = score?.unit === "0/1";
  const { factor, before, behind } = unitOf(score?.unit ?? "");
  const submit = (event: Event) => {
    event.preventDefault();
    if (score === undefined) return;
    const yes = answer === "yes";
    if (isFlag) onAdd({ score: name, way: yes ? ">=" : "<=", than: Number(yes) }, score);
    else if (written.trim() !== "" && Number.isFinite(Number(written))) {
      onAdd({ score: name, way, than: tidy(Number(written) / factor) }, score);
    }
  };
  return (
    <form class="score-condition" onSubmit={submit}>
      <Choose
        label="Score"
        options={scores.map((each) => ({
          value: each.name,
          title: scoreTitle(each.name),
          group: each.family,
        }))}
        value={name}
        onChange={setName}
      />
      {isFlag ? (
        <Segments quiet label="It is so" options={ANSWERS} value={answer} onChange={setAnswer} />
      ) : (
        <div class="score-limit">
          <Segments
            quiet
            label="Which way"
            options={WAYS}
            value={way}
            onChange={(value) => setWay(value)}
          />
          <span>
            <label class="hidden" for={id}>
              Value
            </label>
            {before}
            <input
              id={id}
              type="number"
              step="any"
              required
              value={written}
              onInput={(event) => setWritten(event.currentTarget.value)}
            />
            {behind}
          </span>
        </div>
      )}
      <button type="submit" class="plain">
        Show these runs
      </button>
    </form>
  );
}

/** 33 % are 0.33, and not what dividing by 100 leaves of it. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}
