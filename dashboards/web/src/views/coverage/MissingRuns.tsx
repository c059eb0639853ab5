/** The runs that one cell lacks, each with why. */

import { useEffect, useRef } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { Section } from "../../components/Section.tsx";
import { Table, type Column } from "../../components/Table.tsx";
import type { Place } from "../../data/types.ts";
import { line } from "../../text/visible.ts";
import { counted, grouped } from "../../words/amounts.ts";
import { runColumns } from "../runs/columns.tsx";
import { type Cell, reason } from "./grid.ts";

interface Properties {
  task: string;
  side: string;
  cell: Cell;
  onClose: () => void;
}

export function MissingRuns({ task, side, cell, onClose }: Properties) {
  const { document } = useReport();
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.scrollIntoView({ block: "nearest" }), [cell]);
  const columns: Column<Place>[] = [
    ...runColumns(document, ["experiment", "variant", "trial"]),
    { key: "kind", title: "Where", cell: (run) => KINDS[reason(document, run).kind] },
    {
      key: "why",
      title: "Why",
      cell: (run) => <bdi>{line(reason(document, run).reason, 300)}</bdi>,
    },
  ];
  return (
    <div ref={place}>
      <Section
        title={`Missing: ${line(task, 80)}`}
        says={`${counted(cell.missing.length, "run")} of ${grouped(cell.planned, 0)}, ${line(side, 120)}.`}
        tools={
          <button type="button" class="plain" onClick={onClose}>
            Close
          </button>
        }
      >
        <Table
          caption={`Missing runs of ${line(task, 80)}`}
          rows={cell.missing}
          rowKey={(run) => run}
          columns={columns}
        />
      </Section>
    </div>
  );
}

export const KINDS = {
  "never started": "Never started",
  platform: "Lost to the platform",
  "not scored": "Not scored",
};
