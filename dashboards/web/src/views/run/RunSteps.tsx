/** The steps of a run beside the one that is looked at. */

import { useCallback, useMemo, useRef, useState } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { type Entry, Legend } from "../../components/Legend.tsx";
import { Section } from "../../components/Section.tsx";
import { Segments } from "../../components/Segments.tsx";
import { Toggle } from "../../components/Toggle.tsx";
import type { Place } from "../../data/types.ts";
import { SoughtProvider } from "../../text/Marked.tsx";
import { line } from "../../text/visible.ts";
import { KnownTextsContext } from "../../text/whole.ts";
import { counted } from "../../words/amounts.ts";
import { Conversation } from "./Conversation.tsx";
import { type Episode, episodes } from "./episodes.ts";
import { failed } from "./marks.ts";
import type { RunSteps as Rows } from "./rows.ts";
import { requestsAgain } from "./requests.ts";
import { StepSearch } from "./StepSearch.tsx";
import { StepSplit } from "./StepSplit.tsx";
import { steps as stepsOf, type Step } from "./tree.ts";
import type { Read } from "./useRun.ts";
import { useStepSearch } from "./useStepSearch.ts";

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
  const whole = useMemo(() => stepsOf(rows, { repeats, folded: new Set() }), [rows, repeats]);
  const found = useMemo(() => [...episodes(whole), ...requestsAgain(whole)], [whole]);
  const { step: asked, find, show } = state.own;
  const talk = show === TALK;
  const search = useStepSearch(whole, find, talk);
  const byKey = (key: string | undefined) => whole.find((step) => step.key === key);
  const step = byKey(asked) ?? byKey(search.found[0]) ?? telling(whole);
  const select = useCallback(
    (key: string) => go({ own: { ...state.own, step: key } }, { replace: true }),
    [go, state.own],
  );
  const leave = (...names: string[]) =>
    Object.fromEntries(Object.entries(state.own).filter(([name]) => !names.includes(name)));
  const look = (words: string) =>
    // The step that is looked at is left for the first one that is found.
    go({ own: words === "" ? leave("find") : { ...leave("step"), find: words } }, { replace: true });
  const body = useRef<HTMLDivElement>(null);
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
  return (
    <Section
      title="Steps"
      says={
        <>
          {counted(whole.length, "step")}, {wrong === 0 ? "none of them failed" : `${wrong} failed`}
          . {!talk && <span class="wide-only">Up and down arrows walk through them.</span>}
        </>
      }
      tools={
        <>
          {!talk && <Legend entries={legend(found)} />}
          {copies > 0 && (
            <Toggle on={repeats} onChange={setRepeats}>
              Repeated spans ({copies})
            </Toggle>
          )}
          <Segments
            quiet
            label="Shown as"
            options={SHOWN_AS}
            value={talk ? TALK : "steps"}
            onChange={(value) =>
              go({ own: { ...leave("show"), ...(value === TALK && { show: TALK }) } })
            }
          />
        </>
      }
    >
      {search.sought !== null && (
        <p class="paper-only">Looked for: “{line(search.sought.words, 200)}”.</p>
      )}
      <StepSearch
        search={search}
        words={find ?? ""}
        steps={whole}
        selected={talk ? null : step.key}
        opened={asked !== undefined}
        body={body}
        onWords={look}
        onSelect={select}
      />
      <SoughtProvider value={search.sought}>
        <KnownTextsContext.Provider value={search.texts}>
          <div ref={body}>
            {talk ? (
              <Conversation
                steps={whole}
                texts={search.texts}
                lacking={search.lacking}
                onOpen={(key) => go({ own: { ...leave("show"), step: key } })}
              />
            ) : (
              <StepSplit
                run={run}
                rows={rows}
                steps={whole}
                episodes={found}
                step={step}
                asked={asked !== undefined}
                found={search.found}
                repeats={repeats}
                onSelect={select}
                onClose={() => go({ own: leave("step") }, { replace: true })}
              />
            )}
          </div>
        </KnownTextsContext.Provider>
      </SoughtProvider>
    </Section>
  );
}

const TALK = "conversation";
const SHOWN_AS = [
  { value: "steps", title: "Steps" },
  { value: TALK, title: "Conversation" },
];

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
