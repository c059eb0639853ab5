/** Why runs fail: the faults that were not recovered from, and what the agent did then. */

import { useMemo } from "preact/hooks";
import { useReport } from "../../app/context.ts";
import { useRunsLink } from "../../app/links.ts";
import { Empty } from "../../components/Empty.tsx";
import { Legend } from "../../components/Legend.tsx";
import { Section } from "../../components/Section.tsx";
import { StackedBar } from "../../components/StackedBar.tsx";
import { failuresOf, ruleName } from "../../statistics/causes.ts";
import { counted, grouped, percent } from "../../words/amounts.ts";
import { outcomeColour, outcomeInk, outcomeWords } from "../../words/outcomes.ts";
import { Causes } from "./Causes.tsx";
import { Rules } from "./Rules.tsx";
import "./failures.css";

export function Failures() {
  const { document, state, go, chosen, filtered } = useReport();
  const { failed, judged, outcomes, rules, causes } = useMemo(
    () => (filtered ? failuresOf(document, chosen) : document.failures),
    [document, chosen, filtered],
  );
  const link = useRunsLink();
  const asked = state.own.rule ?? null;
  const rule = asked !== null && rules.some((each) => ruleName(each.rule) === asked) ? asked : null;
  const shown = useMemo(
    () => (rule === null ? causes : causes.filter((cause) => ruleName(cause.rule) === rule)),
    [causes, rule],
  );
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
  const parts = Object.entries(outcomes)
    .sort(([a], [b]) => document.outcomes.indexOf(a) - document.outcomes.indexOf(b))
    .map(([name, count]) => {
      const { title, says } = outcomeWords(name);
      const href = link({ ended: name });
      return { name: title, count, colour: outcomeColour(name), ink: outcomeInk(name), says, href };
    });
  const choose = (name: string | null) => {
    const { rule: _, ...rest } = state.own;
    go({ own: name === null ? rest : { ...rest, rule: name } }, { replace: true });
  };
  return (
    <>
      <Section
        title="Failed runs"
        says={
          <>
            <a href={link({ failed: "yes" })}>{grouped(failed, 0)}</a> of {told} failed:{" "}
            {percent(failed / judged)}
            {filtered && ", of those that the filters let through"}.
          </>
        }
      >
        <StackedBar labels parts={parts} />
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
        says="The last failed call that the agent did not recover from. Choose one to see its causes alone."
        help="A failure from which the agent recovered is no cause."
      >
        <Rules rules={rules} failed={failed} chosen={rule} onChoose={choose} />
      </Section>
      <Section
        title="Causes"
        says="By fault and tool; unfolded, runs that failed alike are one line: same answer to the fault, same markers, same error."
        tools={
          rule !== null && (
            <>
              <a href={link({ rule })}>Its runs</a>
              <button type="button" class="plain" onClick={() => choose(null)}>
                All {causes.length} causes
              </button>
            </>
          )
        }
      >
        <Causes key={rule ?? ""} causes={shown} failed={failed} />
      </Section>
    </>
  );
}
