/** What the scores to decide by say, in a sentence for each verdict. */

import { Chip } from "../../components/Chip.tsx";
import { Section } from "../../components/Section.tsx";
import type { CompareJson } from "../../data/types.ts";
import { line } from "../../text/visible.ts";
import { differenceOf } from "./columns.tsx";
import type { Pair } from "./pair.ts";
import { TONES, summary, verdictWords } from "./words.ts";

/** Which of the two tells the verdict, where they seem not to agree. */
const decides = (alpha: number) =>
  `A test decides the verdict (p below ${alpha}; point at a verdict for which test), and the interval is worked out in another way, from tasks drawn anew: near that limit the two can differ.`;

export function Summary({ comparison, found }: { comparison: CompareJson; found: Pair }) {
  const primary = comparison.scores.filter((score) => score.primary);
  const told = summary(primary, (score) => differenceOf(score, found));
  const tests = comparison.tests;
  return (
    <Section
      title={`${line(found.side, 60)} against ${line(found.baseline, 60)}`}
      says={[
        ...comparison.notes.map((note) => `${note[0]?.toUpperCase() ?? ""}${note.slice(1)}.`),
        tests > 1 ? `p is corrected for ${tests} tests looked at together.` : "",
        told.length > 0 ? decides(comparison.alpha) : "",
      ]
        .filter(Boolean)
        .join(" ")}
    >
      {told.length === 0 ? (
        <p class="empty-line">No score was named to decide by: see the differences below.</p>
      ) : (
        <ul class="verdicts">
          {told.map(({ verdict, told: names }) => (
            <li key={verdict}>
              <Chip tone={TONES[verdict]}>{verdictWords(verdict)}</Chip>
              <span>{names.join(", ")}</span>
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}
