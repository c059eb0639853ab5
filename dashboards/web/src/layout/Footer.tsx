/** What a reader should know of how this came about. */

import { useReport } from "../app/context.ts";
import { counted } from "../words/amounts.ts";

export function Footer() {
  const { document } = useReport();
  const { counts, notes, suite, profile } = document;
  const lines = [
    counts.infra > 0 &&
      `${counted(counts.infra, "run")} not run yet, or lost to the platform: in no figure.`,
    counts.unscored > 0 && `${counted(counts.unscored, "run")} not scored: run midspan score.`,
    counts.quarantined > 0 &&
      `${counted(counts.quarantined, "span")} could not be read: midspan table WS quarantine.`,
    ...counts.failed_scorers.map(
      ({ name, reason, runs }) => `${name} failed on ${counted(runs, "run")}: ${reason}`,
    ),
    ...notes,
  ].filter((line): line is string => Boolean(line));
  return (
    <footer class="page-foot">
      <p>
        A rate or a mean is taken over each task's runs, then over tasks. Shares of events (of
        retries, of calls) and what is per success are of all runs pooled; a median is over runs.
        Point at a figure: it says which. An interval holds the true figure 19 times in 20. – is not
        known, and never 0.
      </p>
      {lines.length > 0 && (
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <p>
        {[document.workspace, suite && `suite ${suite}`, profile && `profile ${profile}`]
          .filter(Boolean)
          .join(" · ")}
      </p>
    </footer>
  );
}
