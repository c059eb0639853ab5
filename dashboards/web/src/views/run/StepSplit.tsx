/** The list of steps beside all that is known of one of them. */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Place } from "../../data/types.ts";
import { brackets } from "./brackets.ts";
import { Details } from "./Details.tsx";
import type { Episode } from "./episodes.ts";
import type { RunSteps } from "./rows.ts";
import { StepList } from "./StepList.tsx";
import { timeline } from "./timeline.ts";
import { steps as stepsOf, type Step } from "./tree.ts";

interface Properties {
  run: Place;
  rows: RunSteps;
  /** All of them, whatever is folded up. */
  steps: Step[];
  episodes: Episode[];
  /** The one that is looked at. */
  step: Step;
  /** The address names it. */
  asked: boolean;
  /** The keys of those that hold what is looked for. */
  found: string[];
  repeats: boolean;
  onSelect: (key: string) => void;
  onClose: () => void;
}

export function StepSplit(properties: Properties) {
  const { run, rows, steps, episodes, step, asked, found, repeats } = properties;
  const { onSelect, onClose } = properties;
  const { folded, fold } = useFolds(steps, step.key);
  const shown = useMemo(
    () => (folded.size === 0 ? steps : stepsOf(rows, { repeats, folded })),
    [rows, repeats, folded, steps],
  );
  const drawn = useMemo(() => brackets(episodes, shown), [episodes, shown]);
  const time = useMemo(() => timeline(rows.spans), [rows]);
  const marked = useMemo(() => new Set(found), [found]);
  const split = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (asked && matchMedia(NARROW).matches) split.current?.scrollIntoView();
  }, [asked, step.key]);
  const at = steps.indexOf(step);
  const beside = (place: number) => steps[place]?.key ?? null;
  return (
    <div ref={split} class={asked ? "step-split open" : "step-split"}>
      <StepList
        steps={shown}
        timeline={time}
        brackets={drawn}
        selected={step.key}
        asked={asked}
        folded={folded}
        found={marked}
        onSelect={onSelect}
        onFold={fold}
      />
      <div
        class="step-details"
        role="region"
        aria-label="The selected step"
        tabIndex={0}
        data-searched
      >
        <Walk before={beside(at - 1)} after={beside(at + 1)} onSelect={onSelect} onClose={onClose} />
        <Details
          key={step.key}
          run={run}
          step={step}
          steps={rows}
          episodes={episodes}
          onSelect={onSelect}
        />
      </div>
    </div>
  );
}

interface Folds {
  folded: ReadonlySet<string>;
  fold: (key: string, close: boolean) => void;
}

/** What stands above a step opens when it is gone to. */
function useFolds(steps: Step[], selected: string): Folds {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const fold = useCallback((key: string, close: boolean) => {
    setFolded((known) => {
      const next = new Set(known);
      if (close) next.add(key);
      else next.delete(key);
      return next;
    });
  }, []);
  useEffect(() => {
    const parentOf = new Map(steps.map(({ key, parent }) => [key, parent]));
    const above = new Set<string>();
    for (let at = parentOf.get(selected); at && !above.has(at); at = parentOf.get(at)) above.add(at);
    setFolded((known) =>
      [...known].some((key) => above.has(key))
        ? new Set([...known].filter((key) => !above.has(key)))
        : known,
    );
  }, [steps, selected]);
  return { folded, fold };
}

interface WalkProperties {
  before: string | null;
  after: string | null;
  onSelect: (key: string) => void;
  onClose: () => void;
}

/** On a narrow screen the details take the place of the list. */
function Walk({ before, after, onSelect, onClose }: WalkProperties) {
  const button = (key: string | null, name: string) => (
    <button
      type="button"
      class="plain"
      disabled={key === null}
      onClick={() => key !== null && onSelect(key)}
    >
      {name}
    </button>
  );
  return (
    <p class="step-walk">
      <button type="button" class="plain" onClick={onClose}>
        ← All steps
      </button>
      <span>
        {button(before, "Previous")}
        {button(after, "Next")}
      </span>
    </p>
  );
}

/** Where the details take the place of the list: as in steps.css. */
const NARROW = "(max-width: 960px)";
