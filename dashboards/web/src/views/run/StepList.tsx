/** The steps of a run as a tree beside a timeline, walked with the arrow keys. */

import { useEffect, useId, useMemo, useRef } from "preact/hooks";
import { useMatches } from "../../layout/useMatches.ts";
import { type Brackets } from "./brackets.ts";
import type { Episode } from "./episodes.ts";
import { LITTLE_ROOM, ROOM as MARKS_ROOM } from "./markWords.ts";
import { LANE, Rail } from "./Rail.tsx";
import { StepRow } from "./StepRow.tsx";
import { walked } from "./keys.ts";
import type { Timeline } from "./timeline.ts";
import type { Step } from "./tree.ts";
import { useShownRows } from "./useShownRows.ts";
import { milliseconds } from "./words.ts";

interface Properties {
  steps: Step[];
  timeline: Timeline;
  brackets: Brackets;
  selected: string | null;
  /** The address names the step that is selected. */
  asked: boolean;
  folded: ReadonlySet<string>;
  /** Which hold what is looked for. */
  found: ReadonlySet<string>;
  onSelect: (key: string) => void;
  onFold: (key: string, folded: boolean) => void;
}

const ROW = 46;
/** As in steps.css. */
const phone = window.matchMedia("(max-width: 720px)");

export function StepList(properties: Properties) {
  const { steps, timeline, brackets, selected, asked, folded } = properties;
  const { found, onSelect, onFold } = properties;
  const list = useRef<HTMLDivElement>(null);
  const name = useId();
  const shown = useShownRows(list, steps.length, ROW);
  const room = useMatches(phone) ? LITTLE_ROOM : MARKS_ROOM;
  const oneModel = useMemo(() => new Set(steps.map(modelOf).filter(Boolean)).size < 2, [steps]);
  const episodesOf = useMemo(() => atTheirEnds(brackets), [brackets]);
  const at = steps.findIndex(({ key }) => key === selected);
  const id = (key: string) => `${name}-${key}`;
  const move = (event: KeyboardEvent) => {
    const walk = walked(event.key, steps, at, folded);
    if (walk === null) return;
    event.preventDefault();
    if (walk.fold !== undefined) onFold(walk.key, walk.fold);
    else onSelect(walk.key);
  };
  // A page that opens at its top stays there, but where its address names a step, or leads to one.
  const follow = useRef(asked || found.size > 0);
  useEffect(() => {
    if (list.current !== null && at >= 0 && follow.current) keepInSight(list.current, at);
    follow.current = true;
  }, [at]);
  // What is selected stays in the page, that the tree may say which one it is.
  const rows = steps.map((step, row) => ({ step, row }));
  const drawn = rows.filter(({ row }) => (row >= shown.from && row < shown.until) || row === at);
  return (
    <div class="step-list" style={{ "--rail": `${brackets.lanes * LANE}px` }}>
      <Ticks timeline={timeline} />
      <div
        ref={list}
        class="step-tree"
        role="tree"
        tabIndex={0}
        aria-label="Steps"
        aria-activedescendant={at >= 0 ? id(steps[at]?.key ?? "") : undefined}
        style={{ height: `${steps.length * ROW}px` }}
        onKeyDown={move}
      >
        <Rail
          brackets={brackets.brackets}
          lanes={brackets.lanes}
          rows={steps.length}
          height={ROW}
        />
        {drawn.map(({ step, row }) => (
          <StepRow
            key={step.key}
            id={id(step.key)}
            step={step}
            top={row * ROW}
            timeline={timeline}
            selected={row === at}
            oneModel={oneModel}
            folded={folded.has(step.key)}
            found={found.has(step.key)}
            room={room}
            episodes={episodesOf.get(step.key) ?? []}
            onSelect={() => onSelect(step.key)}
            onFold={() => onFold(step.key, !folded.has(step.key))}
          />
        ))}
      </div>
    </div>
  );
}

/** Behind what is further on there is no room for words. */
const ROOM = 0.86;

function Ticks({ timeline }: { timeline: Timeline }) {
  return (
    <div class="step-ticks" aria-hidden="true">
      <span class="scale-of-time">
        {timeline.ticks.map((tick) => (
          <span key={tick} style={{ left: `${(100 * tick) / timeline.length}%` }}>
            {tick / timeline.length < ROOM && milliseconds(tick)}
          </span>
        ))}
      </span>
    </div>
  );
}

function modelOf({ span }: Step): string | null {
  return span?.kind === "llm" ? span.model : null;
}

function atTheirEnds({ brackets }: Brackets): Map<string, Episode[]> {
  const found = new Map<string, Episode[]>();
  for (const { episode } of brackets) {
    const { attempts } = episode;
    for (const step of new Set([attempts[0]?.step, attempts.at(-1)?.step])) {
      if (step !== undefined) found.set(step, [...(found.get(step) ?? []), episode]);
    }
  }
  return found;
}

/** Above and below what is selected a row stays to be seen. */
function keepInSight(list: HTMLElement, row: number): void {
  // On a narrow screen the details stand in place of the list.
  if (list.offsetParent === null) return;
  const top = list.getBoundingClientRect().top + row * ROW;
  const above = top - 3 * ROW;
  const below = top + 2 * ROW - window.innerHeight;
  if (above < 0) window.scrollBy({ top: above });
  else if (below > 0) window.scrollBy({ top: below });
}
