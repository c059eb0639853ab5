/** The line of a step in the list: what it was, what stood out, when it ran. */

import { tip } from "../../components/Tips.tsx";
import { Marked } from "../../text/Marked.tsx";
import type { Episode } from "./episodes.ts";
import { KindIcon } from "./KindIcon.tsx";
import { MarkChip } from "./MarkChip.tsx";
import { failed, marks } from "./marks.ts";
import { fitting, markWords } from "./markWords.ts";
import type { Timeline } from "./timeline.ts";
import { bar } from "./timeline.ts";
import type { Step } from "./tree.ts";
import { KINDS, kindOf, lasted, milliseconds, preview, title, tokens } from "./words.ts";

interface Properties {
  id: string;
  step: Step;
  timeline: Timeline;
  selected: boolean;
  /** The run asked no other: it need not be named in each line. */
  oneModel: boolean;
  folded: boolean;
  /** It holds what is looked for. */
  found: boolean;
  /** For what stands out, in characters. */
  room: number;
  /** Those that begin or end in it. */
  episodes: Episode[];
  top: number;
  onSelect: () => void;
  onFold: () => void;
}

const INDENT = 16;
const DEEPEST = 8;

export function StepRow(properties: Properties) {
  const { id, step, timeline, selected, oneModel, folded, found, room, episodes, top } = properties;
  const { onSelect, onFold } = properties;
  const { span } = step;
  const all = marks(step);
  const fit = fitting(all, room);
  const rest = all.slice(fit.length).map((mark) => markWords(mark).title);
  const kind = kindOf(step);
  const isRepeat = span?.duplicate_of != null;
  const classes = [
    "step",
    kind,
    selected && "selected",
    found && "found",
    failed(step) && "failed",
    isRepeat && "repeat",
  ];
  return (
    <div
      id={id}
      role="treeitem"
      class={classes.filter(Boolean).join(" ")}
      style={{ top: `${top}px` }}
      aria-level={step.depth + 1}
      aria-selected={selected}
      aria-expanded={step.children > 0 ? !folded : undefined}
      onClick={onSelect}
    >
      <span class="what" style={{ paddingLeft: `${Math.min(step.depth, DEEPEST) * INDENT}px` }}>
        <Fold step={step} folded={folded} onFold={onFold} />
        <KindIcon kind={kind} />
        <span class="lines">
          <span class="first">
            <span class="hidden">{KINDS[kind]} </span>
            <bdi class="name">
              <Marked text={title(step, oneModel)} />
            </bdi>
            {isRepeat && <span class="step-mark quiet">repeats another</span>}
            {fit.map((mark, place) => (
              <MarkChip key={place} mark={mark} />
            ))}
            {rest.length > 0 && (
              <span class="step-mark quiet count" {...tip(...rest)}>
                +{rest.length}
                <span class="hidden">: {rest.join(", ")}</span>
              </span>
            )}
          </span>
          <bdi class="preview">
            <Marked text={preview(step)} />
          </bdi>
        </span>
      </span>
      <span class="when">
        {span && <Bar step={step} timeline={timeline} />}
        <span class="tokens">{span && tokens(span)}</span>
      </span>
      {found && <span class="hidden">, holds what is looked for</span>}
      <Hidden episodes={episodes} />
    </div>
  );
}

function Fold({ step, folded, onFold }: { step: Step; folded: boolean; onFold: () => void }) {
  if (step.children === 0) return <span class="fold" />;
  const turn = (event: Event) => {
    event.stopPropagation();
    onFold();
  };
  return (
    <span class={folded ? "fold closed" : "fold open"} onClick={turn} aria-hidden="true">
      <svg viewBox="0 0 8 8" width="8" height="8">
        <path d="M2 1.2 6 4 2 6.8z" fill="currentColor" />
      </svg>
    </span>
  );
}

/** What takes this much of the width on the right has its words to the left of it. */
const TURNS = 0.72;

function Bar({ step, timeline }: { step: Step; timeline: Timeline }) {
  const { span } = step;
  if (span === null) return null;
  const { left, width, open } = bar(span, timeline);
  const words = lasted(span);
  const end = left + width;
  const place = end > TURNS ? { right: `${100 * (1 - left)}%` } : { left: `${100 * end}%` };
  const inside = end > TURNS && left < 1 - TURNS;
  return (
    <span class="span-track">
      <span
        class={open ? "span-bar open" : "span-bar"}
        style={{ left: `${100 * left}%`, width: `max(3px, ${100 * width}%)` }}
      />
      <span
        class={inside ? "lasted inside" : "lasted"}
        style={inside ? { right: `${100 * (1 - end)}%` } : place}
      >
        <span class="hidden">from {milliseconds(span.start_ms)}, for </span>
        {words}
      </span>
    </span>
  );
}

function Hidden({ episodes }: { episodes: Episode[] }) {
  if (episodes.length === 0) return null;
  return <span class="hidden">. {episodes.map(({ says }) => says).join("; ")}</span>;
}
