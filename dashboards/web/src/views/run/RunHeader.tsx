/** Which run it is, how it ended and why, and the way to the ones beside it. */

import { Fragment } from "preact";
import { useMemo } from "preact/hooks";
import { address, useReport } from "../../app/context.ts";
import { OutcomeChip } from "../../components/Chip.tsx";
import type { Place } from "../../data/types.ts";
import { kept } from "../../state/search.ts";
import { outcomeOf } from "../../statistics/among.ts";
import { NO_TASK, taskName, tasksOf } from "../../statistics/tasks.ts";
import { line, visible } from "../../text/visible.ts";
import { grouped } from "../../words/amounts.ts";
import { Facts } from "./Facts.tsx";
import { traceLinks } from "./links.ts";
import { neighbours } from "./neighbours.ts";
import { OutLinks } from "./OutLinks.tsx";
import { runFacts } from "./runFacts.ts";

export function RunHeader({ run }: { run: Place }) {
  const { document, state, filtered } = useReport();
  const { runs, variants } = document;
  const tasks = tasksOf(document);
  const task = tasks.ofRun(run);
  const name = taskName(tasks, task);
  const experiment = document.experiments[runs.experiment[run] ?? -1];
  const variant = variants[runs.variant[run] ?? -1]?.name ?? "";
  const trial = runs.trial[run] ?? null;
  const reason = runs.reason[run] ?? null;
  const of = [
    document.experiments.length > 1 && experiment,
    variants.length > 1 && variant,
    trial !== null && `trial ${trial}`,
  ].filter((each): each is string => Boolean(each));
  return (
    <section class="run-head" aria-label="The run">
      <div class="run-way">
        <a href={address(state, { view: "results", own: { of: name } })}>
          <span aria-hidden="true">← </span>
          {task === NO_TASK ? "All runs of no task" : "All answers to this task"}
        </a>
        <Neighbours run={run} filtered={filtered} />
      </div>
      <div class="run-title">
        <h2>
          <bdi>{line(name, 160)}</bdi>
        </h2>
        <OutLinks links={traceLinks(document, run, runs.trace_id[run] ?? null)} />
      </div>
      <p class="run-of">
        {of.map((each, place) => (
          <Fragment key={each}>
            {place > 0 && " · "}
            <bdi>{line(each, 200)}</bdi>
          </Fragment>
        ))}
      </p>
      <p class="run-outcome">
        <OutcomeChip outcome={outcomeOf(document, run)} />
        {reason !== null && <bdi>{visible(reason)}</bdi>}
      </p>
      <Facts facts={runFacts(document, run)} />
    </section>
  );
}

function Neighbours({ run, filtered }: { run: Place; filtered: boolean }) {
  const { document, state, chosen } = useReport();
  const { before, after, position, of } = useMemo(() => neighbours(chosen, run), [chosen, run]);
  const to = (place: Place | null, name: string, sign: string) => {
    if (place === null) {
      return (
        <span class="turn off" aria-hidden="true">
          {sign}
        </span>
      );
    }
    const id = document.runs.id[place] ?? "";
    return (
      <a
        class="turn"
        href={address(state, { view: "run", run: id, own: kept(state.own) })}
        aria-label={name}
      >
        <span aria-hidden="true">{sign}</span>
      </a>
    );
  };
  return (
    <nav class="run-turns" aria-label="Other runs">
      {to(before, "Previous run", "‹")}
      <span>
        {position === null ? "not among the" : `${grouped(position, 0)} of`} {grouped(of, 0)}
        {filtered && " filtered"}
      </span>
      {to(after, "Next run", "›")}
    </nav>
  );
}
