/** Where no run is to be shown: why, and what to do. */

import { useReport } from "../app/context.ts";
import { Empty } from "../components/Empty.tsx";

export function Nothing() {
  const { document, go } = useReport();
  if (document.runs.id.length > 0) {
    return (
      <Empty title="No run is left by these filters">
        <p>Each filter lets through the values that are ticked in it.</p>
        <button type="button" class="plain" onClick={() => go({ filters: {} })}>
          Clear the filters
        </button>
      </Empty>
    );
  }
  return (
    <Empty title="There is no run in this workspace yet">
      <p>
        Read traces with <code>midspan ingest</code>, score them with <code>midspan score</code>,
        and make this report again.
      </p>
    </Empty>
  );
}
