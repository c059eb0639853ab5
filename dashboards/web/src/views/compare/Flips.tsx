/** Tasks that one solves mostly, and the other mostly not; with their runs. */

import { useState } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { useRunsLink } from "../../app/links.ts";
import { Choose } from "../../components/Choose.tsx";
import { Chip } from "../../components/Chip.tsx";
import { RunLink } from "../../components/RunLink.tsx";
import { Section } from "../../components/Section.tsx";
import { Table } from "../../components/Table.tsx";
import type { Difference } from "../../data/types.ts";
import type { Pairs } from "../../statistics/pairs.ts";
import { line } from "../../text/visible.ts";
import { scoreTitle } from "../../words/scores.ts";
import type { Pair } from "./pair.ts";

type Flip = Difference["flips"][number];

/** The tasks that flipped in a score. */
export interface Flipped {
  name: string;
  flips: Flip[];
}

const MOST_RUNS = 6;

export function Flips({
  flipped,
  found,
  pairs,
}: {
  flipped: Flipped[];
  found: Pair;
  pairs: Pairs;
}) {
  const [asked, setAsked] = useState("success");
  const shown = flipped.find(({ name }) => name === asked) ?? flipped[0];
  const options = flipped.map(({ name, flips }) => ({
    value: name,
    title: `${scoreTitle(name)} (${flips.length})`,
  }));
  return (
    <Section
      title="Tasks that flipped"
      says="Passed in more than half of the runs of one, and not of the other; of runs with a counterpart."
      tools={
        shown &&
        options.length > 1 && (
          <Choose label="Score" options={options} value={shown.name} onChange={setAsked} />
        )
      }
    >
      <Table<Flip>
        caption="Tasks that flipped"
        rows={shown?.flips ?? []}
        rowKey={({ task }) => task}
        empty="No task did."
        page={12}
        columns={[
          {
            key: "task",
            title: "Task",
            heads: true,
            cell: ({ task }) => <bdi>{line(task, 120)}</bdi>,
            order: ({ task }) => task,
          },
          {
            key: "way",
            title: "Change",
            cell: ({ passes }) => (
              <Chip tone={passes ? "good" : "bad"}>{passes ? "now passes" : "now fails"}</Chip>
            ),
            order: ({ passes }) => Number(passes),
          },
          ...(["before", "after"] as const).map((which) => ({
            key: which,
            title: line(which === "before" ? found.baseline : found.side, 60),
            cell: (flip: Flip) => (
              <span class="run-list">
                <strong>{flip[which].join(" of ")}</strong>
                <Runs of={{ flip, which, score: shown?.name ?? "success" }} {...{ found, pairs }} />
              </span>
            ),
          })),
        ]}
      />
    </Section>
  );
}

interface Properties {
  of: { flip: Flip; which: "before" | "after"; score: string };
  found: Pair;
  pairs: Pairs;
}

function Runs({ of: { flip, which, score: name }, found, pairs }: Properties) {
  const { score } = useReport();
  const link = useRunsLink();
  const what = score(name);
  if (!what) return null;
  const runs = pairs.behind(what, which, flip.task);
  const [side, against] =
    which === "before" ? [found.baseline, found.side] : [found.side, found.baseline];
  const rest = runs.length - MOST_RUNS;
  return (
    <>
      {runs.slice(0, MOST_RUNS).map((run) => (
        <RunLink key={run} run={run} />
      ))}
      {rest > 0 && (
        <a href={link({ score: name, side, against, of: flip.task }, found.by)}>{rest} more</a>
      )}
    </>
  );
}
