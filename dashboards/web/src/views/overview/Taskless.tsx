/** Runs that tell of no task: in no figure, so each by itself. */

import { useReport } from "../../app/context.ts";
import { RunLink } from "../../components/RunLink.tsx";
import { Section } from "../../components/Section.tsx";
import { Table } from "../../components/Table.tsx";
import type { Column } from "../../components/Table.tsx";
import type { Place } from "../../data/types.ts";
import { outcomeOf } from "../../statistics/grid.ts";
import { UNKNOWN, amount, counted } from "../../words/amounts.ts";
import { outcomeWords } from "../../words/outcomes.ts";

export function Taskless() {
  const { document, chosen } = useReport();
  const { runs, variants } = document;
  const found = chosen.filter((run) => runs.task[run] === null);
  if (found.length === 0) return null;
  const measured = (
    title: string,
    unit: string,
    column: (number | null)[],
  ): Column<Place> => ({
    key: title,
    title,
    numeric: true,
    cell: (run) => {
      const value = column[run] ?? null;
      return value === null ? <span class="unknown">{UNKNOWN}</span> : amount(value, unit);
    },
    order: (run) => column[run] ?? null,
  });
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
        columns={[
          { key: "run", title: "Run", heads: true, cell: (run) => <RunLink run={run} /> },
          {
            key: "variant",
            title: "Variant",
            cell: (run) => nameOf(variants[runs.variant[run] ?? -1], document),
          },
          {
            key: "outcome",
            title: "Outcome",
            cell: (run) => outcomeWords(outcomeOf(document, run)).title,
          },
          measured("Turns", "count", runs.turns),
          measured("Tokens", "tokens", runs.tokens),
          measured("Time", "seconds", runs.seconds),
          measured("Cost", "USD", runs.cost_usd),
        ]}
      />
    </Section>
  );
}

type Report = ReturnType<typeof useReport>["document"];

/** The name of a variant; of the only one, its model. */
function nameOf(variant: Report["variants"][number] | undefined, { axes, variants }: Report) {
  if (!variant) return UNKNOWN;
  return variants.length > 1 ? variant.name : (axes.model[variant.model ?? -1] ?? variant.name);
}
