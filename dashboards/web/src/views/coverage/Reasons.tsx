/** Why runs are missing, over all tasks. */

import { RunLink } from "../../components/RunLink.tsx";
import { Section } from "../../components/Section.tsx";
import { Table, type Column } from "../../components/Table.tsx";
import { line } from "../../text/visible.ts";
import { counted, grouped, percent } from "../../words/amounts.ts";
import type { Missing } from "./grid.ts";
import { KINDS } from "./MissingRuns.tsx";

export function Reasons({ reasons, planned }: { reasons: Missing[]; planned: number }) {
  const total = reasons.reduce((sum, { runs }) => sum + runs.length, 0);
  return (
    <Section
      title="Why runs are missing"
      says={
        <>
          {counted(total, "run")} of {grouped(planned, 0)} planned. What the platform lost is in no
          figure; all others lower the coverage.
        </>
      }
    >
      <Table
        caption="Why runs are missing"
        rows={reasons}
        rowKey={({ kind, reason }) => `${kind} ${reason}`}
        columns={columns(planned)}
      />
    </Section>
  );
}

const EXAMPLES = 3;

function columns(planned: number): Column<Missing>[] {
  return [
    { key: "why", title: "Why", cell: ({ reason }) => <bdi>{line(reason, 300)}</bdi> },
    { key: "kind", title: "Where", cell: ({ kind }) => KINDS[kind], order: ({ kind }) => kind },
    {
      key: "runs",
      title: "Runs",
      numeric: true,
      cell: ({ runs }) => grouped(runs.length, 0),
      order: ({ runs }) => runs.length,
    },
    {
      key: "share",
      title: "Of planned",
      numeric: true,
      cell: ({ runs }) => percent(runs.length / planned),
    },
    {
      key: "examples",
      title: "Examples",
      cell: ({ runs }) => (
        <span class="run-links">
          {runs.slice(0, EXAMPLES).map((run) => (
            <RunLink key={run} run={run} />
          ))}
        </span>
      ),
    },
  ];
}
