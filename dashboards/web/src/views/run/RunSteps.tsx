/** The steps of a run beside the one that is looked at. */

import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { type Entry, Legend } from "../../components/Legend.tsx";
import { Section } from "../../components/Section.tsx";
import { Toggle } from "../../components/Toggle.tsx";
import type { Place } from "../../data/types.ts";
import { counted } from "../../words/amounts.ts";
import { line } from "../../text/visible.ts";
import { brackets } from "./brackets.ts";
import { Details } from "./Details.tsx";
import { type Episode, episodes } from "./episodes.ts";
import { failed } from "./marks.ts";
import type { RunSteps as Rows } from "./rows.ts";
import { requestsAgain } from "./requests.ts";
import { StepList } from "./StepList.tsx";
import { timeline } from "./timeline.ts";
import { steps as stepsOf, type Step } from "./tree.ts";
import type { Read } from "./useRun.ts";

export function RunSteps({ run, read }: { run: Place; read: Read }) {
  switch (read.status) {
    case "reading":
      return (
        <Section title="Steps">
          <p class="unknown" role="status">
            Reading the steps…
          </p>
        </Section>
      );
    case "none":
      return (
        <Section title="Steps">
          <p class="unknown">This run left no trace: there are no steps to show.</p>
        </Section>
      );
    case "failed":
      return (
        <Section title="Steps">
          <p class="problem" role="alert">
            The steps could not be read: {line(read.problem, 200)}. They lie in files beside the
            page: keep the folder <code>report-files</code> next to it.{" "}
            <button type="button" class="plain" onClick={read.again}>
              Try again
            </button>
          </p>
        </Section>
      );
    case "read":
      return <Known run={run} rows={read.steps} />;
  }
}

function Known({ run, rows }: { run: Place; rows: Rows }) {
  const { document, state, go } = useReport();
  const [repeats, setRepeats] = useState(false);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const whole = useMemo(() => stepsOf(rows, { repeats, folded: new Set() }), [rows, repeats]);
  const shown = useMemo(
    () => (folded.size === 0 ? whole : stepsOf(rows, { repeats, folded })),
    [rows, repeats, folded, whole],
  );
  const found = useMemo(() => [...episodes(whole), ...requestsAgain(whole)], [whole]);
  const drawn = useMemo(() => brackets(found, shown), [found, shown]);
  const time = useMemo(() => timeline(rows.spans), [rows]);
  const asked = state.own.step;
  const step = whole.find(({ key }) => key === asked) ?? telling(whole);
  const select = useCallback(
    (key: string) => go({ own: { ...state.own, step: key } }, { replace: true }),
    [go, state.own],
  );
  const fold = useCallback((key: string, close: boolean) => {
    setFolded((known) => {
      const next = new Set(known);
      if (close) next.add(key);
      else next.delete(key);
      return next;
    });
  }, []);
  const close = () => {
    const { step: _, ...rest } = state.own;
    go({ own: rest }, { replace: true });
  };
  const split = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (asked !== undefined && matchMedia(NARROW).matches) split.current?.scrollIntoView();
  }, [asked]);
  const copies = rows.spans.filter(({ duplicate_of }) => duplicate_of !== null).length;
  const wrong = whole.filter(failed).length;
  if (step === undefined) {
    return (
      <Section title="Steps">
        <p class="unknown">
          {document.runs.traced[run] === 0
            ? "This run left no trace: there are no steps to show."
            : "Its trace holds no step."}
        </p>
      </Section>
    );
  }
  const at = whole.indexOf(step);
  const beside = (place: number) => whole[place]?.key ?? null;
  return (
    <Section
      title="Steps"
      says={
        <>
          {counted(whole.length, "step")}, {wrong === 0 ? "none of them failed" : `${wrong} failed`}
          . <span class="wide-only">Up and down arrows walk through them.</span>
        </>
      }
      tools={
        <>
          <Legend entries={legend(found)} />
          {copies > 0 && (
            <Toggle on={repeats} onChange={setRepeats}>
              Repeated spans ({copies})
            </Toggle>
          )}
        </>
      }
    >
      <div ref={split} class={asked === undefined ? "step-split" : "step-split open"}>
        <StepList
          steps={shown}
          timeline={time}
          brackets={drawn}
          selected={step.key}
          asked={asked !== undefined}
          folded={folded}
          onSelect={select}
          onFold={fold}
        />
        <div class="step-details" role="region" aria-label="The selected step" tabIndex={0}>
          <Walk before={beside(at - 1)} after={beside(at + 1)} onSelect={select} onClose={close} />
          <Details
            key={step.key}
            run={run}
            step={step}
            steps={rows}
            episodes={found}
            onSelect={select}
          />
        </div>
      </div>
    </Section>
  );
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

function legend(found: Episode[]): Entry[] {
  const entries: Entry[] = [
    { name: "Model", colour: "var(--step-llm)" },
    { name: "Tool", colour: "var(--step-tool)" },
    { name: "Failed", colour: "var(--step-failed)" },
  ];
  if (found.some(({ recovered }) => recovered)) {
    entries.push({ name: "Recovered", colour: "var(--good)", form: "line" });
  }
  if (found.some(({ recovered }) => !recovered)) {
    entries.push({ name: "Not recovered", colour: "var(--bad)", form: "line" });
  }
  return entries;
}

/** Where a reader looks first: what failed first, else where it ended. */
function telling(steps: Step[]): Step | undefined {
  return steps.find((step) => step.depth > 0 && failed(step)) ?? steps.find(failed) ?? steps.at(-1);
}
