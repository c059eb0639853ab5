/** Who took up what is marked: a new command, a skill, a document. */

import { useReport } from "../../app/context.ts";
import { Chart } from "../../components/Chart.tsx";
import { Section } from "../../components/Section.tsx";
import { Matrix, readable } from "./Matrix.tsx";

const PREFIX = "marker.";

export function Markers() {
  const { document, figures } = useReport();
  const shown = document.scores
    .filter(({ name, level }) => level === "run" && name.startsWith(PREFIX))
    .map((score) => ({ score, title: score.name.slice(PREFIX.length) }));
  const title = "Markers";
  if (shown.length === 0) {
    return (
      <Section title={title}>
        <p class="empty-line">
          No marker is declared. Name what an agent should take up under <code>markers:</code> in
          the profile, and this shows in how many runs it did.
        </p>
      </Section>
    );
  }
  return (
    <Chart
      title={title}
      says="Runs in which a marker fired: what the agent took up, or fell into."
      readable={() => readable(figures, shown)}
    >
      <Matrix caption={title} shown={shown} />
    </Chart>
  );
}
