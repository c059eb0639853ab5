/** The causes of failed runs, those of one fault in one tool folded up. */

import { useCallback, useMemo } from "preact/hooks";
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
  const { document, state, go } = useReport();
  const printing = usePrinting();
  const opened = useMemo(() => unfolded(state.own.open), [state.own.open]);
  const open = useCallback(
    (keys: string[]) => {
      const { open: _, ...others } = state.own;
      const own = keys.length === 0 ? others : { ...others, open: keys.join(BETWEEN) };
      go({ own }, { replace: true });
    },
    [go, state.own],
  );
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
  const turn = useCallback(
    (row: CauseRow) => {
      const next = new Set(opened);
      if (!next.delete(groupKey(row))) next.add(groupKey(row));
      open([...next]);
    },
    [opened, open],
  );
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
            onClick={() => open(all ? [] : folded.map(groupKey))}
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

/** A fault and its tool, as the address calls them: what is unfolded stays so on the way back. */
function groupKey({ cause, tool }: CauseRow): string {
  return `${cause.rule ?? "none"} ${tool ?? ""}`;
}

/** Between two of them in the address. */
const BETWEEN = "\n";

function unfolded(text: string | undefined): ReadonlySet<string> {
  return new Set(text?.split(BETWEEN) ?? []);
}
