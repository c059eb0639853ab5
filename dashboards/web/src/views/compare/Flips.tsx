/** Tasks that one solves mostly, and the other mostly not; with their runs. */

import { useMemo, useState } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { Choose } from "../../components/Choose.tsx";
import { Chip } from "../../components/Chip.tsx";
import { RunLink } from "../../components/RunLink.tsx";
import { Section } from "../../components/Section.tsx";
import { Table } from "../../components/Table.tsx";
import type { CompareJson, Difference, Place } from "../../data/types.ts";
import { groups } from "../../statistics/groups.ts";
import { sides as sidesOf, taskNames } from "../../statistics/sides.ts";
import { scoreTitle } from "../overview/words.ts";
import { differenceOf } from "./Differences.tsx";
import type { Pair } from "./pair.ts";

type Flip = Difference["flips"][number];
const MOST_RUNS = 6;

export function Flips({ comparison, found }: { comparison: CompareJson; found: Pair }) {
  const flipped = comparison.scores.flatMap((score) => {
    const flips = differenceOf(score, found)?.flips ?? [];
    return flips.length > 0 ? { name: score.name, flips } : [];
  });
  const [asked, setAsked] = useState("success");
  const shown = flipped.find(({ name }) => name === asked) ?? flipped[0];
  const runsOf = useRuns(found);
  const options = flipped.map(({ name, flips }) => ({
    value: name,
    title: `${scoreTitle(name)} (${flips.length})`,
  }));
  return (
    <Section
      title="Tasks that flipped"
      says="Held in more than half of the runs of one, and not of the other."
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
            cell: ({ task }) => task,
            order: ({ task }) => task,
          },
          {
            key: "way",
            title: "Now",
            cell: ({ passes }) => (
              <Chip tone={passes ? "good" : "bad"}>{passes ? "holds" : "does not"}</Chip>
            ),
            order: ({ passes }) => Number(passes),
          },
          ...[found.baseline, found.side].map((side, place) => ({
            key: `runs ${place}`,
            title: side,
            cell: (flip: Flip) => (
              <span class="run-list">
                <strong>{(place === 0 ? flip.before : flip.after).join(" of ")}</strong>
                {runsOf(flip.task, side)
                  .slice(0, MOST_RUNS)
                  .map((run) => (
                    <RunLink key={run} run={run} />
                  ))}
              </span>
            ),
          })),
        ]}
      />
    </Section>
  );
}

/** The chosen runs of a task on a side. */
function useRuns(found: Pair): (task: string, side: string) => Place[] {
  const { document, chosen } = useReport();
  return useMemo(() => {
    const names = taskNames(document);
    const sides = sidesOf(document, found.by);
    const byTask = groups(chosen, (run) => document.runs.task[run]);
    return (task, side) => {
      const of = byTask.get(names.indexOf(task)) ?? [];
      return of.filter((run) => sides.names[sides.of(run)] === side);
    };
  }, [document, chosen, found.by]);
}
