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
import { sides as sidesOf, taskNames, unitOf } from "../../statistics/sides.ts";
import { scoreTitle } from "../overview/words.ts";
import { differenceOf } from "./columns.tsx";
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
  const runsOf = useRuns(found, shown?.name ?? "success");
  const options = flipped.map(({ name, flips }) => ({
    value: name,
    title: `${scoreTitle(name)} (${flips.length})`,
  }));
  return (
    <Section
      title="Tasks that flipped"
      says="Held in more than half of the runs of one, and not of the other; of runs with a counterpart."
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
                <Runs of={runsOf(flip.task, side)} />
              </span>
            ),
          })),
        ]}
      />
    </Section>
  );
}

function Runs({ of }: { of: Place[] }) {
  return (
    <>
      {of.slice(0, MOST_RUNS).map((run) => (
        <RunLink key={run} run={run} />
      ))}
      {of.length > MOST_RUNS && <span class="unknown">and {of.length - MOST_RUNS} more</span>}
    </>
  );
}

/** The chosen runs of a task on a side: of those that a score's difference stands on. */
function useRuns({ by, baseline, side: other }: Pair, score: string) {
  const { document, chosen } = useReport();
  return useMemo(() => {
    const { runs } = document;
    const names = taskNames(document);
    const sides = sidesOf(document, by);
    const sideOf = (run: Place) => sides.names[sides.of(run)] ?? "";
    const column = runs.values[score];
    const has = (run: Place) =>
      runs.counted[run] === 1 &&
      (score === "success" ? runs.checked[run] === 1 : !column || typeof column[run] === "number");
    const unit = (run: Place) => {
      const [task, variant] = [runs.task[run] ?? -1, runs.variant[run] ?? -1];
      return unitOf(document, by, { task, variant, runs: [] });
    };
    const there = runs.id.map((_, run) => run).filter(has);
    const byUnit = groups(there, unit);
    const paired = [...byUnit.values()].filter((of) =>
      [baseline, other].every((side) => of.some((run) => sideOf(run) === side)),
    );
    const shown = new Set(chosen);
    const byTask = groups(
      paired.flat().filter((run) => shown.has(run)),
      (run) => runs.task[run],
    );
    return (task: string, side: string): Place[] =>
      (byTask.get(names.indexOf(task)) ?? []).filter((run) => sideOf(run) === side);
  }, [document, chosen, by, baseline, other, score]);
}
