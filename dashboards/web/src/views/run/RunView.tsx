/** The page of one run: how it went, and each of its steps. */

import { useMemo } from "preact/hooks";
import { address, useReport } from "../../app/context.ts";
import { Empty } from "../../components/Empty.tsx";
import type { Place } from "../../data/types.ts";
import { TextsContext, textsOf } from "../../text/whole.ts";
import { line } from "../../text/visible.ts";
import { RunHeader } from "./RunHeader.tsx";
import { RunScores } from "./RunScores.tsx";
import { RunSteps } from "./RunSteps.tsx";
import { RunVerdict } from "./RunVerdict.tsx";
import { useRun } from "./useRun.ts";
import "../../text/text.css";
import "./run.css";
import "./steps.css";
import "./step-search.css";
import "./bars.css";
import "./rail.css";
import "./details.css";
import "./messages.css";

export function RunView() {
  const { document, state } = useReport();
  const run = useMemo(() => document.runs.id.indexOf(state.run ?? ""), [document, state.run]);
  if (run < 0) {
    return (
      <Empty title="No such run">
        <p>
          This report has no run <bdi class="mono">{line(state.run ?? "", 80)}</bdi>.{" "}
          <a href={address(state, { view: "results", own: {} })}>See all results</a>.
        </p>
      </Empty>
    );
  }
  return <OneRun key={run} run={run} />;
}

function OneRun({ run }: { run: Place }) {
  const { document } = useReport();
  const read = useRun(document, run);
  const number = document.runs.block[run] ?? null;
  const texts = useMemo(() => textsOf(number, document.blocks), [number, document]);
  return (
    <TextsContext.Provider value={texts}>
      <RunHeader run={run} />
      <RunVerdict run={run} />
      <RunSteps run={run} read={read} />
      <RunScores run={run} scores={read.status === "read" ? read.steps.scores : []} />
    </TextsContext.Provider>
  );
}
