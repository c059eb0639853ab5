/** Looks for words in the steps of a run, and leads from one place to the next. */

import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { SearchField } from "../../components/SearchField.tsx";
import { counted, grouped } from "../../words/amounts.ts";
import { drawnMarks, pointAt, pointedAt } from "./marked.ts";
import { neighbour } from "./search.ts";
import type { Step } from "./tree.ts";
import type { StepSearch as Search } from "./useStepSearch.ts";

interface Properties {
  search: Search;
  /** As they were written. */
  words: string;
  steps: Step[];
  /** The step that is looked at; null: all are, in one scroll. */
  selected: string | null;
  /** It is open on a screen that has no room for the list beside it. */
  opened: boolean;
  /** What it is drawn in. */
  body: RefObject<HTMLElement | null>;
  onWords: (words: string) => void;
  onSelect: (key: string) => void;
}

export function StepSearch(properties: Properties) {
  const { search, words, steps, selected, opened, body, onWords, onSelect } = properties;
  const { sought, found, texts } = search;
  const coming = useRef<1 | -1>(1);
  useEffect(() => {
    if (sought === null) return;
    const marks = drawnMarks(body.current);
    const first = coming.current === 1 ? marks[0] : marks.at(-1);
    coming.current = 1;
    if (first) pointAt(marks, first);
  }, [sought, selected, opened, texts, body]);
  const move = (by: 1 | -1) => {
    const marks = drawnMarks(body.current);
    const at = pointedAt(marks);
    const next = at < 0 && by === -1 ? undefined : marks[at + by];
    if (next) return pointAt(marks, next);
    // Where details take the place of the list, a step that is found may not be open yet.
    const unseen = marks.length === 0 && selected !== null && found.includes(selected);
    const step = unseen || selected === null ? selected : neighbour(steps, found, selected, by);
    const other = by === 1 ? marks[0] : marks.at(-1);
    if (step !== null && step !== undefined && (unseen || step !== selected)) {
      coming.current = by;
      onSelect(step);
    } else if (other) pointAt(marks, other);
  };
  return (
    <div class="step-search" role="search">
      <SearchField
        label="Search the steps"
        value={words}
        onChange={onWords}
        onMove={move}
      />
      <Turn by={-1} name="Previous match" sign="↑" off={found.length === 0} onMove={move} />
      <Turn by={1} name="Next match" sign="↓" off={found.length === 0} onMove={move} />
      <p class="step-search-count" role="status">
        {sought !== null && told(search, selected)}
      </p>
    </div>
  );
}

interface TurnProperties {
  by: 1 | -1;
  name: string;
  sign: string;
  off: boolean;
  onMove: (by: 1 | -1) => void;
}

function Turn({ by, name, sign, off, onMove }: TurnProperties) {
  return (
    <button
      type="button"
      class="turn-button"
      aria-label={name}
      disabled={off}
      onClick={() => onMove(by)}
    >
      <span aria-hidden="true">{sign}</span>
    </button>
  );
}

function told({ found, reading, lacking }: Search, selected: string | null): string {
  const at = selected === null ? -1 : found.indexOf(selected);
  const where =
    found.length === 0
      ? "In no step"
      : at >= 0
        ? `Step ${grouped(at + 1, 0)} of ${grouped(found.length, 0)} with it`
        : `In ${counted(found.length, "step")}`;
  const more = reading
    ? " so far: reading the full texts…"
    : lacking > 0
      ? `; of ${counted(lacking, "long text")} only the beginning could be searched: the rest is not beside this page`
      : "";
  return `${where}${more}.`;
}
