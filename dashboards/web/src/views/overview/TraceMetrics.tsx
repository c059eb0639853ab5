/** How the agent worked on the way: what its traces say. */

import { useReport } from "../../app/context.ts";
import { Chart } from "../../components/Chart.tsx";
import { Matrix, readable } from "./Matrix.tsx";
import { scoreTitle } from "../../words/scores.ts";

export function TraceMetrics() {
  const { document, figures } = useReport();
  const shown = document.scores
    .filter(({ headline, name, share }) => headline && share && name !== "success")
    .map((score) => ({ score, title: scoreTitle(score.name) }));
  if (shown.length === 0) return null;
  return (
    <Chart
      title="How the agent worked"
      says="From its tool calls: ↑ more is better, ↓ less is."
      readable={() => readable(figures, shown)}
    >
      <Matrix caption="How the agent worked" shown={shown} />
    </Chart>
  );
}
