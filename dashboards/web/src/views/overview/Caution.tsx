/** What makes rates say less than they seem to. */

import { useReport } from "../../app/context.ts";

export function Caution() {
  const { state } = useReport();
  if (!state.filters.outcome) return null;
  return (
    <p class="notice">
      Runs are filtered by how they ended: shares of success and of errors are those of the chosen
      ones, and say nothing of all.
    </p>
  );
}
