/** Why runs fail: the faults that were not made up for, and what the agent did then. */

import { useMemo } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { Empty } from "../../components/Empty.tsx";
import { Legend } from "../../components/Legend.tsx";
import { Section } from "../../components/Section.tsx";
import { StackedBar } from "../../components/StackedBar.tsx";
import { Table } from "../../components/Table.tsx";
import type { Place } from "../../data/types.ts";
import { counted, grouped, percent } from "../../words/amounts.ts";
import { outcomeColour, outcomeWords } from "../../words/outcomes.ts";
import { causeColumns, causeKey } from "./columns.tsx";
import { Rules } from "./Rules.tsx";
import "./failures.css";

export function Failures() {
  const { document, state, go, filtered } = useReport();
  const { failed, judged, outcomes, rules, causes } = document.failures;
  const placeOf = useMemo(
    () => new Map<string, Place>(document.runs.id.map((id, place) => [id, place])),
    [document],
  );
  const columns = useMemo(() => causeColumns(placeOf), [placeOf]);
  if (judged === 0) {
    return (
      <Empty title="No run was judged">
        <p>
          Whether a run failed is said by the checks of its task: give a suite with{" "}
          <code>midspan score --suite suite.yaml</code>, then make this report again.
        </p>
      </Empty>
    );
  }
  if (failed === 0) {
    return (
      <Empty title="No run failed">
        <p>All judged runs, {grouped(judged, 0)} of them, succeeded.</p>
      </Empty>
    );
  }
  const told = counted(judged, "judged run");
  const asked = state.own.rule ?? null;
  const rule = asked !== null && rules.some((each) => ruleName(each.rule) === asked) ? asked : null;
  const shown = rule === null ? causes : causes.filter((cause) => ruleName(cause.rule) === rule);
  const parts = Object.entries(outcomes)
    .sort(([a], [b]) => document.outcomes.indexOf(a) - document.outcomes.indexOf(b))
    .map(([name, count]) => {
      const { title, says } = outcomeWords(name);
      return { name: title, count, colour: outcomeColour(name), says };
    });
  const choose = (name: string | null) => {
    const { rule: _, ...rest } = state.own;
    go({ own: name === null ? rest : { ...rest, rule: name } }, { replace: true });
  };
  return (
    <>
      <Section
        title="Failed runs"
        says={`${grouped(failed, 0)} of ${told} failed: ${percent(failed / judged)}.`}
      >
        {filtered && (
          <p class="notice failures-notice">
            Causes are known over all runs: the filters do not change what stands here.
          </p>
        )}
        <StackedBar parts={parts} />
        <div class="failures-legend">
          <Legend
            entries={parts.map(({ name, colour, count }) => ({
              name: `${name} ${grouped(count, 0)}`,
              colour,
            }))}
          />
        </div>
      </Section>
      <Section
        title="By fault"
        says="The last failed call that was not made up for. Choose one to see its causes alone."
        help="A failure from which the agent recovered is no cause."
      >
        <Rules rules={rules} failed={failed} chosen={rule} onChoose={choose} />
      </Section>
      <Section
        title="Causes"
        says="Runs that failed alike are one line: same fault, same answer to it, same error."
        tools={
          rule !== null && (
            <button type="button" class="plain" onClick={() => choose(null)}>
              All {causes.length} causes
            </button>
          )
        }
      >
        <Table
          key={rule ?? ""}
          caption="Causes of failed runs"
          rows={shown}
          rowKey={causeKey}
          columns={columns}
          order={{ key: "runs", down: true }}
          page={40}
        />
      </Section>
    </>
  );
}

/** What the address calls a rule. */
export function ruleName(rule: string | null): string {
  return rule ?? "none";
}
