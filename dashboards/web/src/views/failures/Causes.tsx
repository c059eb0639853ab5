/** The causes of failed runs, those of one fault in one tool folded up. */

import { useCallback, useMemo, useState } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { Table } from "../../components/Table.tsx";
import { usePrinting } from "../../layout/useMatches.ts";
import { causeGroups } from "../../statistics/causeGroups.ts";
import type { Cause } from "../../data/types.ts";
import { causeColumns, causeKey } from "./columns.tsx";
import type { CauseRow } from "./columns.tsx";

interface Properties {
  causes: Cause[];
  failed: number;
}

export function Causes({ causes, failed }: Properties) {
  const { document } = useReport();
  const printing = usePrinting();
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(
    () =>
      causeGroups(document, causes, failed).map(({ all, tool, causes: of }): CauseRow => {
        const below = of.map((cause): CauseRow => ({ cause, tool, inner: true, below: [] }));
        return { cause: all, tool, inner: false, below: of.length > 1 ? below : [] };
      }),
    [document, causes, failed],
  );
  const isOpen = useCallback(
    (row: CauseRow) => printing || opened.has(groupKey(row)),
    [printing, opened],
  );
  const below = useCallback((row: CauseRow) => (isOpen(row) ? row.below : []), [isOpen]);
  const turn = useCallback((row: CauseRow) => {
    setOpened((known) => {
      const next = new Set(known);
      if (!next.delete(groupKey(row))) next.add(groupKey(row));
      return next;
    });
  }, []);
  const columns = useMemo(() => causeColumns(document, isOpen, turn), [document, isOpen, turn]);
  const folded = rows.filter((row) => row.below.length > 0);
  const all = folded.length > 0 && folded.every(isOpen);
  return (
    <>
      {folded.length > 0 && (
        <p class="cause-folds">
          <button
            type="button"
            class="plain"
            onClick={() => setOpened(new Set(all ? [] : folded.map(groupKey)))}
          >
            {all ? "Fold all up" : "Unfold all"}
          </button>
        </p>
      )}
      <Table
        caption="Causes of failed runs"
        rows={rows}
        rowKey={(row) => (row.inner ? causeKey(row.cause) : groupKey(row))}
        rowClass={({ inner }) => (inner ? "cause-inner" : undefined)}
        columns={columns}
        below={below}
        order={{ key: "runs", down: true }}
        page={40}
      />
    </>
  );
}

function groupKey({ cause, tool }: CauseRow): string {
  return `group ${JSON.stringify([cause.rule, tool])}`;
}
