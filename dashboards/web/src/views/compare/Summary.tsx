/** What the scores to decide by say, verdict by verdict; how they were compared is folded up. */

import { useReport } from "../../app/context.ts";
import { Chip } from "../../components/Chip.tsx";
import { Explained } from "../../components/Explained.tsx";
import { Section } from "../../components/Section.tsx";
import type { CompareJson } from "../../data/types.ts";
import { line } from "../../text/visible.ts";
import { differenceOf } from "./columns.tsx";
import { decisive } from "./pair.ts";
import type { Pair } from "./pair.ts";
import { TONES, summary, verdictWords } from "./words.ts";
import type { Told } from "./words.ts";

export function Summary({ comparison, found }: { comparison: CompareJson; found: Pair }) {
  const { document } = useReport();
  const primary = decisive(comparison, document);
  const told = summary(primary, (score) => differenceOf(score, found));
  return (
    <Section title={`${line(found.side, 60)} against ${line(found.baseline, 60)}`}>
      {told.length === 0 ? (
        <p class="empty-line">No score was named to decide by: see the differences below.</p>
      ) : (
        <ul class="verdicts">
          {told.map(({ verdict, told: scores }) => (
            <li key={verdict}>
              <Chip tone={TONES[verdict]}>{verdictWords(verdict)}</Chip>
              <ul>
                {scores.map((score) => (
                  <Line key={score.title} {...score} />
                ))}
              </ul>
            </li>
          ))}
        </ul>
      )}
      <Explained
        title="How they were compared"
        lines={[
          `From ${line(found.baseline, 60)} to ${line(found.side, 60)}, on the tasks that both did, by the runs that have a counterpart: of all runs, as the Overview has them, a figure may differ.`,
          ...comparison.notes.map((note) => `${note[0]?.toUpperCase() ?? ""}${note.slice(1)}.`),
          told.length > 0 && decides(comparison.alpha),
          comparison.tests > 1 &&
            `p is corrected for ${comparison.tests} tests looked at together.`,
          "Hints are not corrected: of many scores a few differ by chance alone. Ask again of new runs.",
          "“No difference seen” is not “equal”: there may be one, smaller than these tasks can show.",
        ]}
      />
    </Section>
  );
}

function Line({ title, figures, difference, interval }: Told) {
  return (
    <li>
      <strong>{title}</strong>
      {figures !== null && <span>{figures}</span>}
      {difference !== null && (
        <span>
          {difference}
          {interval !== null && (
            <span class="unknown">
              {" "}
              ({interval})<span class="hidden">, 95 % interval</span>
            </span>
          )}
        </span>
      )}
    </li>
  );
}

/** Which of the two tells the verdict, where they seem not to agree. */
function decides(alpha: number): string {
  return `A test decides the verdict (p below ${alpha}; point at a verdict for which test), and the interval is worked out in another way, from tasks drawn anew: near that limit the two can differ.`;
}
