/** Looks for words in the steps of a run, and leads from one place to the next. */

import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { SearchField } from "../../components/SearchField.tsx";
import { drawnMarks, isDrawn, pointAt, pointedAt } from "./marked.ts";
import { onward } from "./search.ts";
import { type Place, told } from "./searchWords.ts";
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
  const [place, setPlace] = useState<Place>(NOWHERE);
  const point = (marks: HTMLElement[], mark: HTMLElement) => {
    pointAt(marks, mark);
    setPlace({ at: marks.indexOf(mark) + 1, of: marks.length });
  };
  useEffect(() => {
    const marks = sought === null ? [] : drawnMarks(body.current);
    const first = coming.current === 1 ? marks[0] : marks.at(-1);
    coming.current = 1;
    if (first) point(marks, first);
    else setPlace(NOWHERE);
  }, [sought, selected, opened, texts, body]);
  const move = (by: 1 | -1) => {
    const marks = drawnMarks(body.current);
    const at = pointedAt(marks);
    const next = at < 0 && by === -1 ? undefined : marks[at + by];
    if (next) return point(marks, next);
    const open = isDrawn(body.current);
    const step = selected === null ? undefined : onward(steps, found, { at: selected, open, by });
    const other = by === 1 ? marks[0] : marks.at(-1);
    if (step !== undefined && (step !== selected || !open)) {
      coming.current = by;
      onSelect(step);
    } else if (other) point(marks, other);
  };
  const off = selected === null ? place.of === 0 : found.length === 0;
  return (
    <div class="step-search" role="search">
      <SearchField
        label="Search the steps"
        value={words}
        onChange={onWords}
        onMove={move}
      />
      <Turn by={-1} name="Previous match" sign="↑" off={off} onMove={move} />
      <Turn by={1} name="Next match" sign="↓" off={off} onMove={move} />
      <p class="step-search-count" role="status">
        {sought !== null && told(search, selected, place)}
      </p>
    </div>
  );
}

const NOWHERE: Place = { at: 0, of: 0 };

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
