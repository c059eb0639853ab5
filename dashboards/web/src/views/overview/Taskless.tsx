/** Runs that tell of no task: in no figure, so each by itself. */

import { useReport } from "../../app/context.ts";
import { Section } from "../../components/Section.tsx";
import { Table } from "../../components/Table.tsx";
import { counted } from "../../words/amounts.ts";
import { runColumns } from "../runs/columns.tsx";

export function Taskless() {
  const { document, chosen } = useReport();
  const { runs } = document;
  const found = chosen.filter((run) => runs.task[run] === null);
  if (found.length === 0) return null;
  return (
    <Section
      title="Runs of no task"
      says={`${counted(found.length, "run")}: figures are of tasks, so these are in none. Runs of a suite have a task, and can be judged and compared.`}
    >
      <Table
        caption="Runs of no task"
        rows={found}
        rowKey={(run) => runs.id[run] ?? run}
        page={24}
        columns={runColumns(document, ["experiment", "variant", "outcome", "took"])}
      />
    </Section>
  );
}
